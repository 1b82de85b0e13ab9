import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TIMEOUT_MS = 60_000;

function runExample(): Promise<{ readonly code: number | null; readonly output: string }> {
  const args = ['--import', 'tsx', 'examples/scale-out/main.ts'];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd: ROOT, timeout: TIMEOUT_MS },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, output: stdout + stderr });
      },
    );
  });
}

describe('examples/scale-out', () => {
  it('shares the work, loses nothing when a worker is killed, and ends by itself', async () => {
    const { code, output } = await runExample();
    expect(code, output).to.equal(0);
    for (const line of [
      /^ {2}web +process \d+, http:\/\/127\.0\.0\.1:\d+$/m,
      /^ {2}worker 1 +process \d+, relay, worker$/m,
      /^ {2}worker 2 +process \d+, relay, worker$/m,
      /^ {2}worker [12] +\d+ delivered, \d+ indexed for search/m,
      /^ {2}customer +got 10, all signatures verified$/m,
      /^ {2}worker 1 +is gone, with [1-5] requests under way; worker 2 has [1-5]$/m,
      /^ {2}worker 2 +delivered its [1-5], and \d+\.\d s later all the others$/m,
      /^ {2}customer +got 10; [1-5] of them again, with the same webhook-id$/m,
      /^ {2}customer +got the next message at \/moved, \d+ ms after it was posted$/m,
      /^ {2}web +ended by itself with code 0 after [0-2]\.\d s$/m,
      /^ {2}worker 2 +ended by itself with code 0 after [0-2]\.\d s$/m,
      /^Nothing was lost\.$/m,
    ]) {
      expect(output).to.match(line);
    }
  }).timeout(TIMEOUT_MS);
});
