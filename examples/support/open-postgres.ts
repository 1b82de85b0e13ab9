import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';

/** The server at HOOKLINE_DATABASE_URL where that is set, left running; else an embedded one. */
export async function openPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const url = process.env.HOOKLINE_DATABASE_URL;
  return url ? { url, stop: async () => {} } : startEmbeddedPostgres(options);
}
