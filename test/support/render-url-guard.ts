import { PRIVATE_ENDINGS } from '../../packages/core/src/delivery/host-name.js';
import { REFUSED_PORTS } from '../../packages/core/src/delivery/url-policy.js';
import type { UrlVector } from './url-guard-vectors.js';

const GENERATED = '## Refused ports';
const MAX_LENGTH = 120;

/** The page docs/url-guard.md: its hand-written part as it is, and the lists of what the guard refuses. */
export function renderUrlGuard(page: string, vectors: readonly UrlVector[]): string {
  const [guide = ''] = page.split(`${GENERATED}\n`);
  return [guide.trimEnd(), '', ...renderLists(), ...renderForms(vectors)].join('\n');
}

function renderLists(): readonly string[] {
  const ports = [...REFUSED_PORTS].sort((a, b) => a - b).join(', ');
  const endings = [...PRIVATE_ENDINGS].map((ending) => `\`.${ending}\``).join(', ');
  return [
    GENERATED,
    '',
    `Those that browsers refuse ("block bad port" of the WHATWG Fetch Standard), and those of data stores: ${ports}.`,
    '',
    '## Top-level domains for private use',
    '',
    `${endings}.`,
    '',
  ];
}

function renderForms(vectors: readonly UrlVector[]): readonly string[] {
  const titles = [...new Set(vectors.map(titleOf))];
  const forms = titles.map((title) => vectors.filter((vector) => titleOf(vector) === title));
  const refused = vectors.filter((vector) => vector.expect === 'refused').length;
  return [
    '## Forms tried',
    '',
    `${refused} refused and ${vectors.length - refused} allowed by a hub without options, from`,
    '`test/vectors/url-guard.json`; `test/core/delivery/guard-url.test.ts` tries them, `test/core/delivery/guard-url-fuzz.test.ts`',
    'thousands of random spellings more.',
    '',
    '| form | outcome | URLs | from |',
    '|---|---|---|---|',
    ...forms.map(rowOf),
    '',
    ...forms.flatMap(sectionOf),
  ];
}

function titleOf({ form, expect }: UrlVector): string {
  return `${form}: ${expect}`;
}

function rowOf(vectors: readonly UrlVector[]): string {
  const [first] = vectors;
  return `| ${first?.form} | ${first?.expect} | ${vectors.length} | ${first?.source} |`;
}

function sectionOf(vectors: readonly UrlVector[]): readonly string[] {
  const [first] = vectors;
  return [`### ${first?.form}: ${first?.expect}`, '', '```text', ...vectors.map(lineOf), '```', ''];
}

function lineOf({ url, resolvesTo }: UrlVector): string {
  const cut = url.length > MAX_LENGTH ? `${url.slice(0, MAX_LENGTH)}... (${url.length} characters)` : url;
  const visible = cut.replace(/[\p{Cc}\p{Cf}\p{Z}\p{Mn}]/gu, escaped);
  const addresses = resolvesTo === undefined ? '' : `  (${resolvesTo.join(', ')})`;
  return visible === '' ? '(empty text)' : visible + addresses;
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
