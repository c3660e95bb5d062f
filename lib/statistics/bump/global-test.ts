import { clopperPearson, type Interval } from '../clopper-pearson.js';
import { type Measured, notDefined } from '../measured.js';
import { normalDeviate } from '../normal-tail.js';
import type { Hunt, Hunted } from './hunt.js';
import { PoissonToys } from './toys.js';

/** How often a spectrum without a signal shows an excess as interesting anywhere in the range. */
export interface GlobalTest {
  /** Toys drawn: the trials. */
  readonly toys: number;
  readonly seed: number;
  /** Toys whose smallest local p-value is as small or smaller. */
  readonly beyond: number;
  /** Toys in which the fit found no maximum; they count for nothing. */
  readonly failed: number;
  /** beyond / (toys - failed); not defined where no toy is beyond. */
  readonly pValue: Measured;
  /** Of the p-value, by Clopper and Pearson at 95 %: what the number of toys leaves open. */
  readonly interval: Interval | { readonly notDefined: string };
  readonly z: Measured;
  /** For a reader: "p = 0.012" or "p < 1/1000". */
  readonly statement: string;
  /** Share of toys that their own fit describes as badly or worse, by the deviance. */
  readonly fitPValue: Measured;
}

/** Where a larger share of the fits fails, the rest stands for nothing. */
const mostFailed = 0.01;

/**
 * The global p-value of what `hunt.run` has found, by Poisson toys from the fitted background, each fitted and scanned
 * as the data were. Leaves the hunt at the last toy.
 */
export function globalTest(
  hunt: Hunt,
  found: Hunted,
  scales: Float64Array,
  toys: number,
  seed: number,
): GlobalTest {
  const generator = new PoissonToys(hunt.fit.means, scales);
  const { deviance } = hunt.fit;
  const counts = new Float64Array(hunt.fit.means.length);
  let beyond = 0;
  let worse = 0;
  let failed = 0;
  for (let toy = 0; toy < toys; toy++) {
    generator.draw(seed, toy, counts);
    const result = hunt.run(counts, scales);
    if (result === undefined) {
      failed++;
      continue;
    }
    if (result.logP <= found.logP) beyond++;
    if (hunt.fit.deviance >= deviance) worse++;
  }
  return { toys, seed, beyond, failed, ...judge(beyond, worse, toys, failed) };
}

function judge(beyond: number, worse: number, toys: number, failed: number) {
  const trials = toys - failed;
  if (trials === 0 || failed > mostFailed * toys) {
    const problem = notDefined(`the fit failed in ${failed} of ${toys} toys`);
    return {
      pValue: problem,
      interval: problem,
      z: problem,
      statement: problem.notDefined,
      fitPValue: problem,
    };
  }
  const interval = clopperPearson(beyond, trials, 0.95);
  const fitPValue = { value: worse / trials };
  if (beyond === 0) {
    const statement = `p < 1/${trials}`;
    const problem = notDefined(`none of ${trials} toys is beyond: ${statement}`);
    return { pValue: problem, interval, z: problem, statement, fitPValue };
  }
  const share = beyond / trials;
  return {
    pValue: { value: share },
    interval,
    z: share < 1 ? { value: normalDeviate(Math.log(share)) } : notDefined('every toy is beyond: p = 1'),
    statement: `p = ${Number(share.toPrecision(3))}`,
    fitPValue,
  };
}
