import { createHub, type HubOptions } from '@hookline/core';
import { fakeClock } from '@hookline/core/testing';
import { RecordingLogger } from './recording-logger.js';
import { ScriptedHttpClient } from './scripted-http-client.js';

/** A hub in memory, in a world where time stands still and every request is answered with 204 unless told otherwise. */
export function buildHub<R extends NonNullable<HubOptions['events']>>(options: HubOptions<R> = {}) {
  const clock = fakeClock();
  const http = new ScriptedHttpClient();
  const logger = new RecordingLogger();
  const hub = createHub<R>({ clock, http, logger, random: () => 0.5, ...options });
  return { hub, clock, http, logger };
}
