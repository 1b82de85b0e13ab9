import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, 'test/.tmp/declarations');
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const SOURCE = `
import { createHub, defineEvents, payload } from '@hookline/core';
import { z } from 'zod';
export const events = defineEvents({
  'conversation.created': payload<{ id: number }>(),
  'message.created': z.object({ id: z.number() }),
});
export const hub = createHub({ events });
export const open = createHub();
`;

describe('the types', () => {
  it('can be exported by an app that emits declarations of its own', () => {
    mkdirSync(FOLDER, { recursive: true });
    try {
      writeFileSync(join(FOLDER, 'events.mts'), SOURCE);
      const compilerOptions = {
        composite: false,
        declaration: true,
        declarationMap: false,
        sourceMap: false,
      };
      writeFileSync(
        join(FOLDER, 'tsconfig.json'),
        JSON.stringify({ extends: '../../../tsconfig.base.json', compilerOptions }),
      );
      execFileSync(process.execPath, [TSC, '-p', FOLDER], { encoding: 'utf8' });
      const declarations = readFileSync(join(FOLDER, 'events.d.mts'), 'utf8');
      expect(declarations).to.include('conversation.created').and.not.include('any');
    } finally {
      rmSync(FOLDER, { recursive: true, force: true });
    }
  }).timeout(60_000);
});
