import { FreeTimes } from './free-times.ts';
import { type Random, seededRandom } from './random.ts';

/** How long receivers take to answer. */
export interface Receivers {
  readonly name: string;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Share of the attempts that are never answered, from 0 to 1. */
  readonly hanging: number;
}

export interface PlacesQuestion {
  readonly receivers: Receivers;
  /** Attempts that come due, at random instants. */
  readonly perSec: number;
  /** An attempt that is not answered holds its place so long. */
  readonly timeoutMs: number;
  readonly durationMs: number;
  readonly seed: number;
}

export interface PlacesAnswer {
  /** How long an attempt that is due waits for a free place. */
  readonly waitMeanMs: number;
  readonly waitP99Ms: number;
  /** Places in use on average: as many requests are open at receivers. */
  readonly busy: number;
}

/**
 * One waiting line and a number of places: whoever has room takes the next, as workers do that share a queue or a
 * table. What came in before the longest attempts could have ended is not counted: the system starts empty.
 */
export function simulatePlaces(question: PlacesQuestion, places: number): PlacesAnswer {
  const { perSec, timeoutMs, durationMs, seed } = question;
  const random = seededRandom(seed);
  const free = new FreeTimes(places);
  const waits: number[] = [];
  let busyMs = 0;
  for (let now = 0; now < durationMs; now += random.exponential(1_000 / perSec)) {
    const startsAt = Math.max(now, free.earliest);
    const serviceMs = drawServiceMs(question.receivers, timeoutMs, random);
    free.replaceEarliest(startsAt + serviceMs);
    if (now < timeoutMs) continue;
    waits.push(startsAt - now);
    busyMs += serviceMs;
  }
  waits.sort((one, other) => one - other);
  return {
    waitMeanMs: waits.reduce((sum, wait) => sum + wait, 0) / waits.length,
    waitP99Ms: waits[Math.floor(0.99 * waits.length)] ?? 0,
    busy: busyMs / (durationMs - timeoutMs),
  };
}

/** The fewest places, in steps, with which 99 of 100 attempts wait no longer than `maxWaitMs`. */
export function placesNeeded(
  question: PlacesQuestion,
  { maxWaitMs, step }: { readonly maxWaitMs: number; readonly step: number },
): { readonly places: number; readonly answer: PlacesAnswer } {
  const meanPlaces = (question.perSec / 1_000) * meanServiceMs(question.receivers, question.timeoutMs);
  let tooFew = Math.max(0, Math.floor((meanPlaces * 0.8) / step));
  let enough = Math.ceil((meanPlaces * 1.5) / step) + 1;
  let answer = simulatePlaces(question, enough * step);
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    const tried = simulatePlaces(question, middle * step);
    if (tried.waitP99Ms > maxWaitMs) tooFew = middle;
    else {
      enough = middle;
      answer = tried;
    }
  }
  return { places: enough * step, answer };
}

function drawServiceMs({ medianMs, p99Ms, hanging }: Receivers, timeoutMs: number, random: Random): number {
  if (random.uniform() < hanging) return timeoutMs;
  return Math.min(timeoutMs, random.logNormal(medianMs, p99Ms));
}

/** Of a log-normal; what the timeout cuts off is next to nothing. */
function meanServiceMs({ medianMs, p99Ms, hanging }: Receivers, timeoutMs: number): number {
  const sigma = Math.log(p99Ms / medianMs) / 2.326;
  return hanging * timeoutMs + (1 - hanging) * medianMs * Math.exp(sigma ** 2 / 2);
}
