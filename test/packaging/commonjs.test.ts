import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const CONSUMER = fileURLToPath(new URL('./consumer.cjs', import.meta.url));
const PACKAGES = ['core', 'express', 'koa', 'sequelize'];

interface Findings {
  readonly exportsOf: Readonly<Record<string, readonly string[]>>;
  readonly separate: readonly string[];
  readonly eventType: string;
  readonly errorCode: string;
  readonly isSameError: boolean;
}

/** Every specifier that a program may load: `@hookline/core`, `@hookline/core/testing`, ... */
function publicSpecifiers(): readonly string[] {
  return PACKAGES.flatMap((folder) => {
    const file = new URL(`../../packages/${folder}/package.json`, import.meta.url);
    const { name, exports } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; exports: object };
    return Object.keys(exports)
      .filter((subpath) => !subpath.endsWith('.json'))
      .map((subpath) => name + subpath.slice(1));
  });
}

describe('a CommonJS program', () => {
  let findings: Findings;
  let warnings: string;

  before(async () => {
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [CONSUMER, ...publicSpecifiers()],
      { env },
    );
    findings = JSON.parse(stdout) as Findings;
    warnings = stderr;
  });

  for (const specifier of publicSpecifiers()) {
    it(`requires ${specifier}`, () => {
      expect(findings.exportsOf[specifier]).to.be.an('array').that.is.not.empty;
    });
  }

  it('gets no warning', () => {
    expect(warnings).to.equal('');
  });

  it('shares each module with an import in the same process', () => {
    expect(findings.separate).to.deep.equal([]);
  });

  it('takes a registry that was made by an import', () => {
    expect(findings).to.include({
      eventType: 'message.created',
      errorCode: 'ERR_HOOKLINE_EVENT_TYPE_UNKNOWN',
      isSameError: true,
    });
  });
});
