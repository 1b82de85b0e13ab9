import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** The major version of the package that this name really loads. */
export function majorOf(name: string): number {
  let folder = dirname(resolve(name));
  while (folder !== dirname(folder)) {
    const version = versionIn(folder);
    if (version !== undefined) return Number.parseInt(version, 10);
    folder = dirname(folder);
  }
  throw new Error(`no package.json above ${name}`);
}

function versionIn(folder: string): string | undefined {
  try {
    const json: { readonly version?: string } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    return json.version;
  } catch {
    return undefined;
  }
}
