import { parse } from 'yaml';
import { RmmError } from '../../lib/base/error.js';
import { didYouMean } from '../../lib/config/index.js';
import { measuredRates, type Rates, rateNames } from './rates.js';

/** Of the rates that nobody gives. */
export const usualOrigin = 'docs/benchmarks.md';

/** Rates of one origin, not yet checked. */
export interface RateSource {
  /** Where they come from, as the plan shows it. */
  readonly from: string;
  readonly pairs: readonly (readonly [name: string, value: unknown])[];
}

/** The rates to plan with, and where each comes from. */
export interface GivenRates {
  readonly rates: Rates;
  readonly from: Readonly<Record<keyof Rates, string>>;
}

/**
 * The measured ones of docs/benchmarks.md, and over them those of `sources`, each over the ones before it.
 * @throws cli_usage for a name that is none, or a value that is no number
 */
export function readRates(sources: readonly RateSource[]): GivenRates {
  const rates: Record<keyof Rates, number> = { ...measuredRates };
  const from = Object.fromEntries(rateNames.map((name) => [name, usualOrigin])) as Record<
    keyof Rates,
    string
  >;
  for (const source of sources)
    for (const [name, value] of source.pairs) {
      if (!isName(name)) {
        throw new RmmError(
          'cli_usage',
          `${source.from}: there is no rate ${name}${didYouMean(name, rateNames)}; there are ${rateNames.join(', ')}`,
        );
      }
      if (typeof value !== 'number') {
        throw new RmmError(
          'cli_usage',
          `${source.from}: ${name} is ${JSON.stringify(value)}, expected a number`,
        );
      }
      rates[name] = value;
      from[name] = source.from;
    }
  return { rates, from };
}

function isName(name: string): name is keyof Rates {
  return (rateNames as readonly string[]).includes(name);
}

/** The rates in a file. @throws cli_usage where it is no map in YAML or JSON */
export function ratesOfFile(name: string, text: string): RateSource {
  let found: unknown;
  try {
    found = parse(text);
  } catch (cause) {
    throw new RmmError('cli_usage', `${name} is no YAML: ${(cause as Error).message.split('\n', 1)[0]}`, {
      cause,
    });
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new RmmError('cli_usage', `${name}: expected lines such as \`scorer: 200000\``);
  return { from: name, pairs: Object.entries(found) };
}
