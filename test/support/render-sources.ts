import { existsSync, readdirSync } from 'node:fs';
import type { Locator, Sender, SourceMaker } from '@hookline/core';
import * as sources from '@hookline/core/sources';
import { readVectors } from './read-vectors.js';

const VECTORS = new URL('../vectors/', import.meta.url);
const GENERATED = '## Every sender';

const EVIDENCE: Readonly<Record<Sender['evidence'], string>> = {
  sdk: 'own library',
  docs: 'own docs',
  catalogues: 'catalogues agree',
  single: 'one account',
};

interface Entry {
  readonly name: string;
  readonly sender: Sender;
}

/** Every maker of a source, by the name it is imported under, in the order of the senders' titles. */
export function sendersOf(exported: Readonly<Record<string, unknown>> = sources): readonly Entry[] {
  return Object.entries(exported)
    .flatMap(([name, make]) =>
      typeof make === 'function' && 'sender' in make ? [{ name, sender: (make as SourceMaker).sender }] : [],
    )
    .sort((a, b) => a.sender.title.localeCompare(b.sender.title, 'en'));
}

/** The page docs/sources.md: its hand-written part as it is, and the table of all senders. */
export function renderSources(page: string): string {
  const [guide = ''] = page.split(`${GENERATED}\n`);
  const entries = sendersOf();
  return [
    guide.trimEnd(),
    '',
    GENERATED,
    '',
    `${entries.length} senders; ${vectorTotal()} vectors of their own libraries, docs and tests pass as they stand (\`test/vectors/\`).`,
    '',
    '| sender | maker | request id | event type | limits of time | tries the URL | answered | known from | vectors |',
    '|---|---|---|---|---|---|---|---|---|',
    ...entries.map(rowOf),
    '',
    ...renderUncovered(entries),
    '',
  ].join('\n');
}

function rowOf({ name, sender }: Entry): string {
  const { title, docs, id, type, scheme, handshake, accepted, evidence } = sender;
  const count = vectorCount(sender);
  const cells = [
    `[${title}](${docs})`,
    `\`${name}\``,
    id ? describe(id) : 'none',
    type ? describe(type) : 'none',
    scheme.tolerance ? limits(scheme.tolerance) : 'none',
    handshake ? 'yes' : '',
    String(accepted?.status ?? 202),
    EVIDENCE[evidence],
    count === 0 ? '' : String(count),
  ];
  return `| ${cells.join(' | ')} |`;
}

function renderUncovered(entries: readonly Entry[]): readonly string[] {
  const uncovered = entries.filter(({ sender }) => sender.uncovered !== undefined);
  return [
    '## What a signature leaves open',
    '',
    'Headers are covered by none, unless a sender signs them; nor is what these leave out:',
    '',
    ...uncovered.map(({ sender }) => `- **${sender.title}**: ${sender.uncovered}`),
  ];
}

function describe(locator: Locator): string {
  if (typeof locator === 'function') return 'in the body';
  if ('header' in locator) return `\`${locator.header}\``;
  if ('query' in locator) return `\`?${locator.query}=\``;
  if ('each' in locator)
    return [locator.path]
      .flat()
      .map((path) => `\`${locator.each}[].${path}\``)
      .join(' + ');
  if ('path' in locator) return `\`${locator.path}\``;
  return 'first' in locator
    ? locator.first.map(describe).join(' or ')
    : locator.joined.map(describe).join(' + ');
}

function limits({ past, future }: NonNullable<Sender['scheme']['tolerance']>): string {
  if (past === future) return past === Number.POSITIVE_INFINITY ? 'yours' : `${past} s`;
  return future === Number.POSITIVE_INFINITY ? `${past} s back` : `${past} s back, ${future} s ahead`;
}

/** Files with another name than their sender's. */
const FILES: Readonly<Record<string, string>> = {
  cal_com: 'calcom',
  coinbase_cdp: 'hook0-coinbase-cdp',
  hook0: 'hook0-coinbase-cdp',
  lemon_squeezy: 'lemonsqueezy',
  messagebird: 'messagebird-jwt',
  postmark: 'basic-auth',
};

function vectorCount({ kind }: Sender): number {
  const file = FILES[kind] ?? kind.replaceAll('_', '-');
  return existsSync(new URL(`${file}.json`, VECTORS)) ? readVectors(file).length : 0;
}

function vectorTotal(): number {
  const files = readdirSync(VECTORS).filter((name) => name !== 'url-guard.json');
  return files.reduce((sum, name) => sum + readVectors(name.replace('.json', '')).length, 0);
}
