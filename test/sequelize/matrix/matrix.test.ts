import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { WAY_GROUPS } from './all-ways.js';
import { Matrix } from './matrix.js';
import { sorted } from './observe.js';
import { renderSequelizeDocs } from './render-sequelize-docs.js';
import { CAPTURES, expectedOf } from './way.js';

const NAMES = { hooks: 'by hooks', trigger: 'by triggers' };

describe('every way that a row can change', () => {
  const matrix = new Matrix();
  after(() => matrix.close());

  for (const capture of CAPTURES) {
    for (const { title: group, ways } of WAY_GROUPS) {
      describe(`${NAMES[capture]}: ${group}`, () => {
        for (const way of ways) {
          it(way.title, async () => {
            expect(await matrix.see(way, capture)).to.deep.equal(sorted(expectedOf(way, capture)));
          });
        }
      });
    }
  }

  describe('the page of all of them', () => {
    it('is in docs/sequelize.md as it was seen (`npm run docs` writes the page anew)', async () => {
      const page = readFileSync(new URL('../../../docs/sequelize.md', import.meta.url), 'utf8');
      expect(page).to.equal(renderSequelizeDocs(await matrix.seeAll()));
    }).timeout(180_000);
  });
});
