import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type MarkdownBlock, readBlocks } from './support/markdown-blocks.ts';
import { freshDatabase } from './support/postgres.ts';
import { sharedRedisUrl } from './support/redis.ts';
import { findCommandProblem, readCommands } from './support/shell-commands.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Inside the repository, so that the blocks find the packages they import. */
const FOLDER = join(ROOT, 'test/.tmp');
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const RUN_BLOCK = join(ROOT, 'test/support/run-block.mjs');
const COMPILE_TIMEOUT_MS = 60_000;
const RUN_TIMEOUT_MS = 15_000;

interface Program {
  readonly title: string;
  readonly file: string;
  readonly code: string;
}

interface Outcome {
  readonly code: number;
  readonly output: string;
}

const readmes = [
  'README.md',
  'docs/backfill.md',
  'docs/context.md',
  'docs/inbound.md',
  'docs/retention.md',
  'docs/scale-out.md',
  'docs/scaling.md',
  'docs/sources.md',
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`),
];
const blocks = readmes
  .filter((file) => existsSync(join(ROOT, file)))
  .flatMap((file) => readBlocks(file, readFileSync(join(ROOT, file), 'utf8')));
/** `from <file>`: the block is a part of that file, which has tests of its own. */
const EXCERPT = /^from (.+)$/;
const excerpts = blocks.filter(({ directive }) => EXCERPT.test(directive ?? ''));
const programs = toPrograms(
  blocks.filter((block) => (block.language === 'ts' || block.language === 'js') && !excerpts.includes(block)),
);
const shellBlocks = blocks.filter(({ language }) => language === 'sh');

describe('the READMEs', () => {
  it('show programs and commands', () => {
    expect(programs).to.not.be.empty;
    expect(shellBlocks).to.not.be.empty;
  });

  it('mark no block that could be tested as skipped', () => {
    const skipped = blocks.filter(({ directive }) => directive?.startsWith('skip-run'));
    expect(skipped.filter(({ language }) => language !== 'sh').map(titleOf)).to.deep.equal([]);
  });

  for (const block of excerpts) {
    it(`show a file as it is: ${titleOf(block)}`, () => {
      const [, file = ''] = EXCERPT.exec(block.directive ?? '') ?? [];
      expect(readFileSync(join(ROOT, file), 'utf8')).to.include(block.code);
    });
  }

  describe('programs', () => {
    before(() => {
      mkdirSync(FOLDER, { recursive: true });
      for (const { file, code } of programs) writeFileSync(file, code);
    });
    after(() => rmSync(FOLDER, { recursive: true, force: true }));

    it('compile', async () => {
      writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(TSCONFIG));
      const { code, output } = await run([TSC, '-p', FOLDER], COMPILE_TIMEOUT_MS);
      expect(code, output).to.equal(0);
    }).timeout(COMPILE_TIMEOUT_MS);

    for (const { title, file } of programs) {
      it(`run: ${title}`, async () => {
        const database = await freshDatabase();
        const { code, output } = await run(['--import', 'tsx', RUN_BLOCK, file], RUN_TIMEOUT_MS, {
          DATABASE_URL: database.url,
          REDIS_URL: await sharedRedisUrl(),
          ADMIN_TOKEN: 'a token of the readme',
          GITHUB_WEBHOOK_SECRET: 'it-is-a-secret-to-everybody',
          STRIPE_WEBHOOK_SECRET: 'whsec_readme',
        });
        await database.drop();
        expect(code, output).to.equal(0);
      });
    }
  });

  for (const block of shellBlocks.filter(({ directive }) => !directive?.startsWith('skip-run'))) {
    it(`give commands that exist: ${titleOf(block)}`, () => {
      const commands = readCommands(block.code);
      expect(commands).to.not.be.empty;
      const problems = commands.map((command) => ({ command, problem: findCommandProblem(command, ROOT) }));
      expect(problems.filter(({ problem }) => problem !== null)).to.deep.equal([]);
    });
  }
});

const TSCONFIG = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    declaration: false,
    declarationMap: false,
    noEmit: true,
    allowJs: true,
  },
  include: ['*.mts', '*.mjs'],
};

/** A block marked `continues` goes on where the block before it ended. */
function toPrograms(sources: readonly MarkdownBlock[]): readonly Program[] {
  const joined: Program[] = [];
  for (const block of sources) {
    const previous = block.directive === 'continues' ? joined.pop() : undefined;
    const file = join(FOLDER, `block-${joined.length + 1}.${block.language === 'ts' ? 'mts' : 'mjs'}`);
    joined.push({ title: titleOf(block), file, code: (previous?.code ?? '') + block.code });
  }
  return joined;
}

function titleOf({ file, line }: MarkdownBlock): string {
  return `${file}:${line}`;
}

function run(
  args: readonly string[],
  timeout: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const options = { cwd: ROOT, env: { ...process.env, ...env }, timeout };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
      resolve({ code, output: stdout + stderr });
    });
  });
}
