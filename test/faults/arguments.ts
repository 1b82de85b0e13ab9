import { parseArgs } from 'node:util';
import type { Scenario, Size } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';

export interface Arguments {
  readonly isJson: boolean;
  readonly size: Size;
  readonly chosen: readonly Scenario[];
  /** Measurements instead of scenarios. */
  readonly isMeasuring: boolean;
}

const USAGE = 'npm run faults -- [--json] [--short] [--only <scenario>]... [--measure]';

/** Throws an Error that tells how to call it. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      measure: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
    },
  });
  return {
    isJson: values.json,
    size: values.short ? 'short' : 'full',
    chosen: values.only ? values.only.map(find) : scenarios,
    isMeasuring: values.measure,
  };
}

function find(name: string): Scenario {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario) return scenario;
  const names = scenarios.map((each) => each.name).join('\n  ');
  throw new Error(`There is no scenario ${name}.\nUsage: ${USAGE}\nScenarios:\n  ${names}`);
}
