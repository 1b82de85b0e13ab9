import { readFileSync, writeFileSync } from 'node:fs';
import { ERRORS } from '@hookline/core';
import { Matrix } from '../sequelize/matrix/matrix.js';
import { renderSequelizeDocs } from '../sequelize/matrix/render-sequelize-docs.js';
import { renderErrors } from './render-errors.js';
import { renderRawBody } from './render-raw-body.js';
import { renderSources } from './render-sources.js';
import { renderUrlGuard } from './render-url-guard.js';
import { readUrlVectors } from './url-guard-vectors.js';

const fileOf = (page: string) => new URL(`../../docs/${page}`, import.meta.url);
const write = (page: string, text: string) => writeFileSync(fileOf(page), text);

write('errors.md', renderErrors(ERRORS));
write('url-guard.md', renderUrlGuard(readFileSync(fileOf('url-guard.md'), 'utf8'), readUrlVectors()));
write('raw-body.md', renderRawBody());
write('sources.md', renderSources(readFileSync(fileOf('sources.md'), 'utf8')));

const matrix = new Matrix();
try {
  write('sequelize.md', renderSequelizeDocs(await matrix.seeAll()));
} finally {
  await matrix.close();
}
