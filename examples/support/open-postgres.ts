import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';

/** The server at HOOKLINE_DATABASE_URL where that is set, left running; else an embedded one. */
export async function openPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const url = process.env.HOOKLINE_DATABASE_URL;
  return url ? { url, restart: refuse, stop: async () => {} } : startEmbeddedPostgres(options);
}

async function refuse(): Promise<never> {
  throw new Error('The server at HOOKLINE_DATABASE_URL is not ours to restart.');
}
