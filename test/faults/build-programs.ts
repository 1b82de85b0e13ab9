import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SOURCES = fileURLToPath(new URL('./programs', import.meta.url));
/** Within the project, so that the programs find its packages. */
const TARGET = fileURLToPath(new URL('../../node_modules/.cache/hookline-faults', import.meta.url));

/**
 * Strips the types off the programs and answers the folder they are in. They run without a loader then, and start
 * in half the time: hundreds of them are to be killed.
 */
export function buildPrograms(): string {
  stripTypes(SOURCES, TARGET);
  return TARGET;
}

/** Writes the modules of one folder to another, which must lie within the project, without their types. */
export function stripTypes(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    const source = readFileSync(join(from, file), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      fileName: file,
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
      },
    });
    write(join(to, file.replace(/\.ts$/, '.js')), outputText);
  }
  write(join(to, 'package.json'), '{ "type": "module" }\n');
}

/** Not where it is there already: another suite may be starting programs from this folder right now. */
function write(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}
