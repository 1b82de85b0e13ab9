// A CommonJS program: loads every specifier of its arguments, then tells what it found as JSON.
'use strict';

const specifiers = process.argv.slice(2);
const exportsOf = Object.fromEntries(specifiers.map((it) => [it, Object.keys(require(it))]));

const ignore = () => {};
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

main();

async function main() {
  const same = await Promise.all(specifiers.map(async (it) => require(it) === (await import(it))));
  const { createHub, HooklineError } = require('@hookline/core');
  const { defineEvents, payload } = await import('@hookline/core');
  const hub = createHub({ events: defineEvents({ 'message.created': payload() }), logger: silent });
  const event = await hub.dispatch('message.created', { text: 'hello' });
  const error = await hub.dispatch('message.craeted', {}).catch((reason) => reason);
  await hub.close();
  const result = {
    exportsOf,
    separate: specifiers.filter((_, index) => !same[index]),
    eventType: event.type,
    errorCode: error.code,
    isSameError: error instanceof HooklineError,
  };
  process.stdout.write(JSON.stringify(result));
}
