import { isHooklineError } from '@hookline/core';
import { expect } from 'chai';
import { Cluster, Redis } from 'ioredis';
import { bullQueue } from '../../../packages/core/src/adapters/bull/index.js';

const NOWHERE = 'redis://127.0.0.1:1';
const FOR_LISTENING = { maxRetriesPerRequest: null, enableReadyCheck: false } as const;

/** As from JavaScript, where nothing checks the types. */
const build = bullQueue as (options?: unknown) => ReturnType<typeof bullQueue>;

function problemsOf(options?: unknown): string {
  try {
    build(options);
  } catch (error) {
    if (!isHooklineError(error) || error.code !== 'ERR_HOOKLINE_QUEUE_OPTIONS_INVALID') throw error;
    return String(error.details.problems);
  }
  return '';
}

/** Connects nowhere. */
const client = (options: object = {}) => new Redis({ lazyConnect: true, ...options });
const cluster = (options: object = {}) => new Cluster([{ port: 1 }], { lazyConnect: true, ...options });

describe('the options of a Bull queue', () => {
  it('may be a URL, options of ioredis, nodes of a Cluster, or a client', () => {
    const good = [
      NOWHERE,
      'rediss://user:p%40ss@redis.internal:6380/2?family=0',
      'redis://[::1]',
      { url: NOWHERE, name: 'mail', prefix: 'app', enqueueTimeoutMs: 250 },
      { redis: { host: 'localhost', port: '6379', ...FOR_LISTENING } },
      { redis: { sentinels: [{ port: 26_379 }], name: 'main' } },
      { cluster: { nodes: [{ host: '127.0.0.1', port: 7000 }] } },
      { cluster: { nodes: [7000], options: {} }, prefix: 'app:{hooks}' },
      client(),
      { client: client(), subscriber: client(FOR_LISTENING) },
      cluster(),
      { client: cluster(), subscriber: cluster({ redisOptions: FOR_LISTENING }) },
    ];
    expect(good.map(problemsOf)).to.deep.equal(good.map(() => ''));
  });

  it('must say where Redis is: a variable that is not set does not mean this machine', () => {
    for (const options of [undefined, '', { url: undefined }, { url: '' }]) {
      expect(problemsOf(options)).to.include('is the environment variable set?');
    }
    expect(problemsOf()).to.include('got undefined');
    expect(problemsOf({})).to.include('expected one of url, redis, cluster, client, got none');
    expect(problemsOf({ client: undefined })).to.include('got none');
    expect(problemsOf({ url: NOWHERE, client: client() })).to.include('got url and client');
    for (const options of [null, 6379, [NOWHERE], () => client()]) {
      expect(problemsOf(options)).to.include('expected a URL, an ioredis client or an object');
    }
  });

  it('are checked in a URL, which is not repeated, since it may hold a password', () => {
    expect(problemsOf('http://:secret@h')).to.include('got one of http://');
    expect(problemsOf('h:6379')).to.include('got one of h:');
    expect(problemsOf(':secret@h')).to.include('got no URL');
    expect(problemsOf('redis://')).to.include('redis://127.0.0.1:6379');
    expect(problemsOf('redis://h/zero')).to.include('the number of a database');
    expect(problemsOf('redis://h:1/0#secret')).to.include('written %23');
    expect(problemsOf('redis://:100%@h')).to.include('written %25');
    const query = problemsOf('redis://h?keyPrefix=secret&enableReadyCheck=false&family=5');
    expect(query).to.include('keyPrefix').and.include('enableReadyCheck').and.include('family');
    for (const url of [
      'http://:secret@h',
      ':secret@h',
      'redis://h:1/0#secret',
      'redis://h?keyPrefix=secret',
    ]) {
      expect(problemsOf(url)).not.to.include('secret');
    }
  });

  it('may not hold a keyPrefix anywhere', () => {
    const keyPrefix = 'app:';
    for (const options of [
      { redis: { keyPrefix } },
      { cluster: { nodes: [7000], options: { keyPrefix } } },
      { cluster: { nodes: [7000], options: { redisOptions: { keyPrefix } } } },
      client({ keyPrefix }),
      { client: client({ keyPrefix }) },
      cluster({ redisOptions: { keyPrefix } }),
      { client: client(), subscriber: client({ keyPrefix, ...FOR_LISTENING }) },
    ]) {
      expect(problemsOf(options)).to.include('keyPrefix').and.include('`prefix`');
    }
  });

  it('must have a subscriber that Bull can use, and that is not the client', () => {
    expect(problemsOf({ client: client(), subscriber: client() }))
      .to.include('maxRetriesPerRequest must be null, is 20')
      .and.include('enableReadyCheck must be false');
    expect(problemsOf({ client: cluster(), subscriber: cluster() })).to.include(
      'enableReadyCheck must be false',
    );
    const both = client(FOR_LISTENING);
    expect(problemsOf({ client: both, subscriber: both })).to.include('another connection');
    expect(problemsOf({ url: NOWHERE, subscriber: client(FOR_LISTENING) })).to.include(
      'beside `client` only',
    );
  });

  it('must be of the right types', () => {
    expect(problemsOf({ client: { get: () => {} } })).to.include('client: expected a Redis or Cluster');
    expect(problemsOf({ client: client(), subscriber: true })).to.include('subscriber: expected');
    expect(problemsOf({ redis: NOWHERE })).to.include('redis: expected an object');
    expect(problemsOf({ redis: client() })).to.include('pass it as `client`');
    expect(problemsOf({ redis: { port: 'many' } })).to.include('redis.port');
    expect(problemsOf({ cluster: client() })).to.include('pass it as `client`');
    expect(problemsOf({ cluster: { nodes: [] } })).to.include('one node at least');
    expect(problemsOf({ cluster: { nodes: [null] } })).to.include('cluster: expected');
    expect(problemsOf({ cluster: { nodes: [7000], options: { scaleReads: 'some' } } })).to.include(
      'scaleReads',
    );
    expect(problemsOf({ cluster: { nodes: [7000], options: 1 } })).to.include('cluster.options');
    expect(problemsOf({ cluster: { nodes: [7000], options: { redisOptions: { db: 1 } } } })).to.include('db');
    expect(problemsOf({ url: NOWHERE, name: 'a:b' })).to.include('name: expected');
    expect(problemsOf({ url: NOWHERE, prefix: '' })).to.include('prefix: expected');
    for (const enqueueTimeoutMs of [0, 1.5, '1000', 3_600_000]) {
      expect(problemsOf({ url: NOWHERE, enqueueTimeoutMs })).to.include('enqueueTimeoutMs: expected');
    }
    expect(problemsOf({ url: NOWHERE, logger: { info: () => {} } })).to.include('logger: expected');
  });

  it('need a hash tag in the prefix where Redis is a Cluster', () => {
    for (const prefix of ['app', 'app:{}', '}app{', '{app']) {
      expect(problemsOf({ cluster: { nodes: [7000] }, prefix })).to.include('hash tag');
      expect(problemsOf({ client: cluster(), prefix })).to.include('hash tag');
      expect(problemsOf({ url: NOWHERE, prefix })).to.equal('');
    }
  });

  it('name the nearest option, or where an option of Bull or ioredis belongs', () => {
    expect(problemsOf({ url: NOWHERE, perfix: 'a' })).to.include('did you mean prefix?');
    expect(problemsOf({ host: 'h', port: 1 }))
      .to.include('host belongs under `redis`')
      .and.include('port belongs');
    expect(problemsOf({ url: NOWHERE, settings: {}, limiter: {} }))
      .to.include('settings is')
      .and.include('limiter is');
    expect(problemsOf({ createClient: () => client() })).to.include('createClient is `client` here');
  });

  it('are refused in one error that lists all that is wrong', () => {
    const problems = problemsOf({
      redis: { keyPrefix: 'a' },
      name: '',
      prefix: 1,
      enqueueTimeoutMs: -1,
      nmae: 'x',
    });
    for (const word of ['keyPrefix', 'name', 'prefix', 'enqueueTimeoutMs', 'nmae'])
      expect(problems).to.include(word);
    expect(problems.split('; ')).to.have.length(5);
  });
});
