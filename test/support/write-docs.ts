import { writeFileSync } from 'node:fs';
import { ERRORS } from '@hookline/core';
import { renderErrors } from './render-errors.js';

writeFileSync(new URL('../../docs/errors.md', import.meta.url), renderErrors(ERRORS));
