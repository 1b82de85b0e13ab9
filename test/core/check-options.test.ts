import { createHub, type HubOptions } from '@hookline/core';
import { expect } from 'chai';
import { expectError } from '../support/expect-error.js';

const SECRET = 'c2VjcmV0LXNlY3JldA==';

describe('options of createHub', () => {
  for (const [options, option, meant] of [
    [{ stroe: {} }, 'stroe', 'store'],
    [{ delivery: { allowAdresses: ['10.0.0.0/8'] } }, 'delivery.allowAdresses', 'allowAddresses'],
    [{ delivery: { circuit: { opensafter: 1 } } }, 'delivery.circuit.opensafter', 'opensAfter'],
    [{ delivery: { proxy: { uri: 'http://user:pa55@proxy' } } }, 'delivery.proxy.uri', 'url'],
    [{ health: { minAttempt: 1 } }, 'health.minAttempt', 'minAttempts'],
    [{ retention: { finshedMs: 1 } }, 'retention.finshedMs', 'finishedMs'],
    [{ toString: 1 }, 'toString', null],
    [JSON.parse('{"__proto__": 1}'), '__proto__', null],
  ] as readonly [object, string, string | null][]) {
    it(`have no name ${option}`, async () => {
      const error = await expectError('OPTION_INVALID', () => createHub(options as HubOptions));
      expect(error.details).to.include({ option, got: 'an unknown name' });
      expect(error.details.expected).to.match(
        meant === null ? /^one of / : RegExp(`did you mean ${meant}\\?`),
      );
    });
  }

  for (const [options, option, got] of [
    [null, 'createHub', 'null'],
    ['x', 'createHub', 'text'],
    [{ delivery: null }, 'delivery', 'null'],
    [{ delivery: [] }, 'delivery', 'a list'],
    [{ delivery: { httpsOnly: 'no' } }, 'delivery.httpsOnly', 'text'],
    [{ delivery: { allowPorts: [] } }, 'delivery.allowPorts', 'an empty list'],
    [{ delivery: { allowPorts: null } }, 'delivery.allowPorts', 'null'],
    [{ delivery: { allowHosts: 'a.internal' } }, 'delivery.allowHosts', 'text'],
    [{ delivery: { circuit: true } }, 'delivery.circuit', 'true'],
    [{ delivery: { proxy: null } }, 'delivery.proxy', 'null'],
    [{ delivery: { proxy: { url: 5 } } }, 'delivery.proxy.url', 'a number'],
    [{ transforms: { a: 5 } }, 'transforms.a', 'a number'],
    [{ transforms: () => ({}) }, 'transforms', 'a function'],
    [{ serialize: 'x' }, 'serialize', 'text'],
    [{ health: true }, 'health', 'true'],
    [{ health: null }, 'health', 'null'],
    [{ retention: true }, 'retention', 'true'],
    [{ environment: 5 }, 'environment', 'a number'],
    [{ encryptionKey: 5 }, 'encryptionKey', 'a number'],
    [{ encryptionKey: [SECRET, 5] }, 'encryptionKey[1]', 'a number'],
    [{ events: { 'order.paid': {} } }, 'events', 'an object'],
    [{ store: {} }, 'store', 'an object'],
    [{ queue: 'redis://user:pa55@host' }, 'queue', 'text'],
    [{ listeners: {} }, 'listeners', 'an object'],
    [{ logger: { info: () => {} } }, 'logger', 'an object'],
    [{ onListenerError: {} }, 'onListenerError', 'an object'],
    [{ random: 0.5 }, 'random', 'a number'],
    [{ retry: null }, 'retry', 'null'],
    [{ roles: 'web' }, 'roles', 'text'],
  ] as readonly [unknown, string, string][]) {
    it(`are told of by name and kind: ${option}, ${got}`, async () => {
      const error = await expectError('OPTION_INVALID', () => createHub(options as HubOptions));
      expect(error.details).to.include({ option, got });
      expect(error.details.expected).to.be.a('string');
      expect(error.message).to.not.include('pa55').and.to.not.include(SECRET);
    });
  }

  it('may be undefined, which is to be left out', async () => {
    const names = ['store', 'delivery', 'serialize', 'health', 'retention', 'encryptionKey', 'environment'];
    const hub = createHub(Object.fromEntries(names.map((name) => [name, undefined])));
    await hub.close();
    expect(hub.eventTypes).to.deep.equal([]);
  });
});
