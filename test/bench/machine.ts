import { readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem, type } from 'node:os';
import type { Report } from './bench.ts';

const LIBRARIES = [
  ...['undici', 'pg', 'sequelize', 'bull', 'bullmq', 'ioredis', 'emittery', 'eventemitter2', 'express'],
  ...['stripe', 'standardwebhooks', '@octokit/webhooks-methods'],
];
const BYTES_PER_GIB = 2 ** 30;

/** What the figures were taken on. */
export function describeMachine(): Report['machine'] {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round((totalmem() / BYTES_PER_GIB) * 10) / 10,
    os: `${type()} ${release()} ${arch()}`,
    node: process.version,
  };
}

/** Of Hookline, and of every library that takes part in some bench. */
export function libraryVersions(): Readonly<Record<string, string>> {
  const versions = LIBRARIES.map((name) => [name, versionAt(`../../node_modules/${name}/package.json`)]);
  const own = ['Hookline', versionAt('../../packages/core/package.json')];
  return Object.fromEntries([own, ...versions]) as Record<string, string>;
}

function versionAt(path: string): string {
  const text = readFileSync(new URL(path, import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
