/** Fields of a log line: ids, counts, codes. Never a secret, a signature or a body. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the hub writes its log lines, in pino's argument order: a pino logger fits as it is. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
