import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TIMEOUT_MS = 60_000;

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

function runExample(file: string, preloads: readonly string[] = ['tsx']): Promise<Outcome> {
  const args = [...preloads.flatMap((it) => ['--import', it]), `examples/${file}`, '--once'];
  const options = { cwd: ROOT, timeout: TIMEOUT_MS };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, output: stdout + stderr });
    });
  });
}

const ID = '\\.\\.[0-9a-z]{6}';

describe('the examples', function () {
  this.timeout(TIMEOUT_MS);

  for (const [file, framework] of Object.entries({ 'helpdesk/main.ts': 'Express', 'koa/main.ts': 'Koa' })) {
    it(`${file} proves the round trip and ends by itself`, async () => {
      const { code, output } = await runExample(file);
      expect(code, output).to.equal(0);
      expect(output).to.match(
        new RegExp(`^Helpdesk on ${framework}, Sequelize and Postgres: http://127.0.0.1:\\d+$`, 'm'),
      );
      for (const type of [
        'contact.created',
        'conversation.created',
        'message.created',
        'conversation.status_changed',
      ]) {
        const line = `^ +${type} +evt_${ID} +delivered +#1 204 in \\d+ ms +verified, \\d+ bytes as stored$`;
        expect(output).to.match(new RegExp(line, 'm'));
      }
      expect(output).to.match(/^ +message\.created +rolled back: no event, no delivery$/m);
      expect(output).to.match(/^ +AuditListener +heard of conversation \d+: open -> resolved$/m);
      expect(output).to.match(
        new RegExp(`^ +github\\.issues\\.opened +evt_${ID} with the data of the request$`, 'm'),
      );
      expect(output).to.match(/^Round trip proven\.$/m);
    });
  }

  it('helpdesk/main.ts says what is wrong and ends with 1 where the receiver verifies nothing', async () => {
    const { code, output } = await runExample('helpdesk/main.ts', [
      'tsx',
      './test/support/refuse-signatures.mjs',
    ]);
    expect(code, output).to.equal(1);
    expect(output).to.match(/^The round trip failed: contact\.created.*401/m);
  });

  for (const file of ['express-minimal.ts', 'koa-minimal.ts']) {
    it(`${file} dispatches, is heard and ends by itself`, async () => {
      const { code, output } = await runExample(file);
      expect(code, output).to.equal(0);
      expect(output).to.include("heard conversation.created { conversation: { id: 1, status: 'open' } }");
    });
  }
});
