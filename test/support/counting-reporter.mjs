import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const GRACE_MS = 10_000;

/** Mocha's `spec`, which also leaves the counts for `run-tests.mjs`, with what keeps the process alive after the end. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = options.reporterOption.countsFile;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      const counts = { passed: passes, failed: failures, skipped: pending };
      writeFileSync(file, JSON.stringify(counts));
      setTimeout(() => {
        const leftOpen = process.getActiveResourcesInfo().join(', ');
        writeFileSync(file, JSON.stringify({ ...counts, leftOpen }));
        process.exit();
      }, GRACE_MS).unref();
    });
  }
}
