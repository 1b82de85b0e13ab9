// Which frameworks the tests run on: `node --import ./test/support/use-frameworks.mjs`, and the oldest supported ones
// where HOOKLINE_TEST_FRAMEWORKS is `old`. Our packages and the tests get the same ones.
import Module, { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const OLD = new Map([
  ['express', 'express4'],
  ['koa', 'koa2'],
  ['@koa/router', 'koa-router12'],
]);

// Node loads this file a second time, in the thread where `resolve` runs
if (isMainThread && process.env.HOOKLINE_TEST_FRAMEWORKS === 'old') {
  register(import.meta.url);
  replaceRequired();
}

/** For `import`. */
export function resolve(specifier, context, nextResolve) {
  return nextResolve(OLD.get(specifier) ?? specifier, context);
}

/** For `require`, by which mocha and tsx load TypeScript. */
function replaceRequired() {
  const resolveFilename = Module._resolveFilename;
  Module._resolveFilename = (request, ...rest) =>
    resolveFilename.call(Module, OLD.get(request) ?? request, ...rest);
}
