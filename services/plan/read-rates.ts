import { parse } from 'yaml';
import { RmmError } from '../../lib/base/error.js';
import { didYouMean } from '../../lib/config/index.js';
import { measuredRates, type Rates, rateNames } from './rates.js';

/**
 * The rates to plan with: the measured ones, those of a file over them, single ones over both.
 * @throws cli_usage for a name that is none, or a value that is no number
 */
export function readRates(
  file: { readonly name: string; readonly text: string } | undefined,
  single: readonly (readonly [string, number])[],
): Rates {
  const given = file === undefined ? [] : pairsOf(file);
  const rates: Record<keyof Rates, number> = { ...measuredRates };
  for (const [where, pairs] of [
    [`${file?.name}`, given],
    ['--rate', single],
  ] as const)
    for (const [name, value] of pairs) {
      if (!isName(name)) {
        throw new RmmError(
          'cli_usage',
          `${where}: there is no rate ${name}${didYouMean(name, rateNames)}; there are ${rateNames.join(', ')}`,
        );
      }
      if (typeof value !== 'number')
        throw new RmmError('cli_usage', `${where}: ${name} is ${JSON.stringify(value)}, expected a number`);
      rates[name] = value;
    }
  return rates;
}

function isName(name: string): name is keyof Rates {
  return (rateNames as readonly string[]).includes(name);
}

function pairsOf({ name, text }: { readonly name: string; readonly text: string }): [string, unknown][] {
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
  return Object.entries(found);
}
