import type { Logger } from '@hookline/core';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** Keeps its lines. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = [];
  debug = this.#write('debug');
  info = this.#write('info');
  warn = this.#write('warn');
  error = this.#write('error');

  of(level: LogLine['level']): readonly LogLine[] {
    return this.lines.filter((line) => line.level === level);
  }

  #write(level: LogLine['level']) {
    return (fields: LogLine['fields'], message: string): void =>
      void this.lines.push({ level, fields, message });
  }
}
