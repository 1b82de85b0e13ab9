import { writeFileSync } from 'node:fs';
import { ERRORS } from '@hookline/core';
import { Matrix } from '../sequelize/matrix/matrix.js';
import { renderSequelizeDocs } from '../sequelize/matrix/render-sequelize-docs.js';
import { renderErrors } from './render-errors.js';

const write = (page: string, text: string) =>
  writeFileSync(new URL(`../../docs/${page}`, import.meta.url), text);

write('errors.md', renderErrors(ERRORS));

const matrix = new Matrix();
try {
  write('sequelize.md', renderSequelizeDocs(await matrix.seeAll()));
} finally {
  await matrix.close();
}
