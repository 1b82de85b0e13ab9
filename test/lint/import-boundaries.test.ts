import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIOME = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

const FORBIDDEN = ['express', 'koa', '@koa/router', 'sequelize', 'bull', 'ioredis', 'socket.io', 'undici'];

const FORMS: Readonly<Record<string, (name: string) => string>> = {
  'a static import': (name) => `import * as it from '${name}';\nexport const used = it;\n`,
  'a type-only import': (name) => `import type * as it from '${name}';\nexport type Used = typeof it;\n`,
  'an inline type import': (name) => `export type Used = typeof import('${name}');\n`,
  'a re-export': (name) => `export * from '${name}';\n`,
  'a dynamic import': (name) => `export const used = () => import('${name}');\n`,
  'a require': (name) => `export const used = () => require('${name}');\n`,
  'an import of a subpath': (name) =>
    `import type * as it from '${name}/types';\nexport type Used = typeof it;\n`,
};

const CASES = FORBIDDEN.flatMap((name) =>
  Object.entries(FORMS).map(([form, write]) => ({ name, form, source: write(name) })),
);

describe('import boundaries', () => {
  const refused: Record<string, ReadonlySet<string>> = {};

  before(async () => {
    const places = ['events', 'ports', 'adapters'];
    // A leading dot hides the folders from the TypeScript build, should one run meanwhile.
    const folders = await Promise.all(
      places.map((it) => mkdtemp(join(ROOT, 'packages/core/src', it, '.boundary-'))),
    );
    try {
      await Promise.all(folders.map(writeCases));
      const errors = await lint(folders);
      for (const [index, place] of places.entries()) {
        const prefix = `${folders[index]}/`;
        refused[place] = new Set(
          errors.flatMap((file) => (file.startsWith(prefix) ? [file.slice(prefix.length)] : [])),
        );
      }
    } finally {
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
    }
  });

  for (const [index, { name, form }] of CASES.entries()) {
    it(`refuses ${form} of ${name} in core, outside its adapters`, () => {
      const file = fileName(index);
      expect({
        events: refused.events?.has(file),
        ports: refused.ports?.has(file),
        adapters: refused.adapters?.has(file),
      }).to.deep.equal({ events: true, ports: true, adapters: false });
    });
  }
});

const fileName = (index: number): string => `case-${index}.ts`;

async function writeCases(folder: string): Promise<void> {
  await Promise.all(CASES.map(({ source }, index) => writeFile(join(folder, fileName(index)), source)));
}

/** The files in which the linter finds an import that is not allowed there. */
async function lint(folders: readonly string[]): Promise<readonly string[]> {
  // The annotations for GitHub are the one stable format with a line per finding.
  const args = [BIOME, 'lint', '--reporter=github', '--max-diagnostics=none', ...folders];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT }, (_, stdout) => resolve(stdout));
  });
  const findings = output.matchAll(
    /^::error title=(lint\/style\/noRestrictedImports|plugin),file=([^,]+),/gm,
  );
  return [...findings].map(([, , file]) => file ?? '');
}
