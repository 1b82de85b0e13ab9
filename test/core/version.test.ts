import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { VERSION } from '../../packages/core/src/version.js';

describe('VERSION', () => {
  it('is the version of every package and of lerna.json', () => {
    const files = [
      'lerna.json',
      ...['core', 'express', 'koa', 'sequelize'].map((name) => `packages/${name}/package.json`),
    ];
    for (const file of files) {
      const { version } = JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as {
        version: string;
      };
      expect(version, file).to.equal(VERSION);
    }
  });
});
