interface Entry {
  readonly status: number;
  readonly expose: boolean;
  readonly message: string;
  readonly hint: string;
}

/** The page docs/errors.md. */
export function renderErrors(catalogue: Readonly<Record<string, Entry>>): string {
  const sections = Object.entries(catalogue).map(([name, { status, expose, message, hint }]) =>
    [
      `## ERR_HOOKLINE_${name}`,
      '',
      message,
      '',
      `What to do: ${hint}`,
      '',
      `Status ${status}; ${expose ? 'the message goes to the client' : 'the client is told the code alone'}.`,
      '',
    ].join('\n'),
  );
  const intro =
    'Branch on `code`. Names in braces are filled in from `details`. Generated from the catalogue in `packages/core/src/error-catalogue.ts`.';
  return ['# Errors', '', intro, '', ...sections].join('\n');
}
