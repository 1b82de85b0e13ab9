import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The commands of a shell block, without prompts, comments and line breaks inside a command. */
export function readCommands(code: string): readonly string[] {
  return code
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/(^|\s)#.*$/, '')
        .trim(),
    )
    .flatMap((line) => line.split(/\s*&&\s*/))
    .filter((command) => command !== '');
}

/** Why a reader cannot run a command in this repository; null where they can. */
export function findCommandProblem(command: string, root: string): string | null {
  const words = command.split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word));
  const [program = '', ...args] = words;
  const check = PROGRAMS[program];
  return check ? check(args, root) : `no rule knows the program "${program}"`;
}

type Check = (args: readonly string[], root: string) => string | null;

const none: Check = () => null;

const PROGRAMS: Readonly<Record<string, Check>> = {
  cd: none,
  curl: none,
  export: none,
  git: ([verb]) => (verb === 'clone' ? null : `git ${verb} is not expected of a reader`),
  node: (args, root) => {
    const file = args.find((arg) => /\.[cm]?[jt]s$/.test(arg));
    return file === undefined || existsSync(join(root, file)) ? null : `there is no file ${file}`;
  },
  npm: ([verb = '', ...args], root) => findNpmProblem(verb, args, root),
  npx: (args, root) => {
    const [program = ''] = args.filter((arg) => !arg.startsWith('-'));
    return existsSync(join(root, 'node_modules/.bin', program))
      ? null
      : `no package here brings "${program}"`;
  },
};

function findNpmProblem(verb: string, args: readonly string[], root: string): string | null {
  if (verb === 'ci') return null;
  if (verb === 'install') return findMissingPackages(args, root);
  const [script = ''] = verb === 'run' ? args.filter((arg) => !arg.startsWith('-')) : [verb];
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  return script in scripts ? null : `package.json has no script "${script}"`;
}

function findMissingPackages(args: readonly string[], root: string): string | null {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const missing = names.filter((name) => !existsSync(join(root, 'node_modules', name)));
  return missing.length === 0 ? null : `not installed here, so not tried: ${missing.join(', ')}`;
}
