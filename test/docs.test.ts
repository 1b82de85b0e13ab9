import { readFileSync } from 'node:fs';
import { ERRORS } from '@hookline/core';
import { expect } from 'chai';
import { METADATA_ADDRESSES, METADATA_NAMES } from '../packages/core/src/delivery/metadata-service.js';
import { ADMIN_ROUTES } from '../packages/core/src/http/admin-routes.js';
import { renderErrors } from './support/render-errors.js';
import { renderRawBody } from './support/render-raw-body.js';
import { renderSources, sendersOf } from './support/render-sources.js';
import { renderUrlGuard } from './support/render-url-guard.js';
import { readUrlVectors } from './support/url-guard-vectors.js';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

describe('the documents', () => {
  it('list every error as the catalogue has it (`npm run docs` writes the page anew)', () => {
    expect(read('docs/errors.md')).to.equal(renderErrors(ERRORS));
  });

  it('list the URLs that the guard was asked for (`npm run docs` writes the lists anew)', () => {
    const page = read('docs/url-guard.md');
    expect(page).to.equal(renderUrlGuard(page, readUrlVectors()));
  });

  it('list every sender as its source describes it (`npm run docs` writes the table anew)', () => {
    const page = read('docs/sources.md');
    expect(page).to.equal(renderSources(page));
  });

  it('count the senders', () => {
    expect(read('README.md')).to.include(`[${sendersOf().length} senders](docs/sources.md)`);
  });

  it('tell what becomes of a body as the tests expect it (`npm run docs` writes the tables anew)', () => {
    expect(read('docs/raw-body.md')).to.equal(renderRawBody());
  });

  it('name every metadata service', () => {
    const page = read('docs/url-guard.md');
    for (const service of [...METADATA_ADDRESSES, ...METADATA_NAMES])
      expect(page).to.include(`\`${service}\``);
  });

  it('list every admin route with its permission', () => {
    const page = read('docs/admin-api.md');
    for (const { method, path, permission } of ADMIN_ROUTES) {
      expect(page).to.include(`| \`${method.toUpperCase()} ${path}\` | \`${permission}\` |`);
    }
  });

  for (const file of ['docs/features.md', 'docs/guarantees.md', 'docs/inbound.md', 'docs/sequelize.md']) {
    it(`${file} names only tests that exist`, () => {
      const named = [...read(file).matchAll(/`(test\/[\w./-]+)`/g)].map((match) => match[1] ?? '');
      expect(named).to.not.be.empty;
      for (const path of new Set(named))
        expect(() => readFileSync(new URL(`../${path}`, import.meta.url)), path).to.satisfy(existsOrFolder);
    });
  }
});

function existsOrFolder(readIt: () => unknown): boolean {
  try {
    readIt();
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR';
  }
}
