import { flavourNames } from '../../lib/physics/quantities.js';
import type { ComparedSamples } from '../agreement/compared-rows.js';
import {
  absentPlace,
  beyondEnds,
  binsBetween,
  placesOf,
  type VariableBins,
} from '../agreement/variable-bins.js';
import { emptyWeighted, type VariableCounts, type VariableKind } from '../agreement/variable-counts.js';
import { placeSql, scoreExpression } from './binned.js';
import type { ReportContext } from './context.js';
import { numbers, quoted, type ScoreTable, texts } from './score-table.js';

/** A variable of the score files. */
interface EventVariable {
  readonly name: string;
  readonly kind: VariableKind;
  readonly unit?: string;
  /** SQL over the columns of `rows`. */
  readonly expression: string;
  readonly isWhole?: boolean;
  readonly labels?: readonly string[];
}

const kinematics: readonly EventVariable[] = [
  ...['met', 'mll', 'mlll', 'ht'].map(
    (name): EventVariable => ({
      name,
      kind: 'kinematic',
      unit: 'GeV',
      expression: name,
    }),
  ),
  { name: 'met_phi', kind: 'kinematic', unit: 'rad', expression: 'met_phi' },
  ...['n_leptons', 'n_jets'].map(
    (name): EventVariable => ({
      name,
      kind: 'kinematic',
      expression: name,
      isWhole: true,
    }),
  ),
  {
    name: 'flcomp',
    kind: 'kinematic',
    expression: `list_position([${flavourNames.map(quoted).join(',')}], flcomp) - 1`,
    isWhole: true,
    labels: flavourNames,
  },
];

/** Ends of bins are found from about so many rows. */
const sampledRows = 1_000_000;

/** A variable with its bins. */
interface BinnedVariable {
  readonly variable: EventVariable;
  readonly bins: VariableBins;
}

/** Kinematic variables and scores of the score files by sample and data source, all in one pass. */
export async function countEventVariables(
  { table, scores, signal }: ReportContext,
  samples: ComparedSamples,
): Promise<VariableCounts[]> {
  const asked = [...kinematics, ...(await scoreVariables(table, scores))];
  const bins = await binsOfAll(table, asked);
  signal.throwIfAborted();
  const binned = asked.flatMap((variable, index): BinnedVariable[] => {
    const own = bins[index];
    return own === undefined ? [] : [{ variable, bins: own }];
  });
  return countAll(table, binned, samples);
}

/** Scores by their logarithm, as physics.md has it; one that may be 0 or less, as it is. */
async function scoreVariables(table: ScoreTable, scores: readonly string[]): Promise<EventVariable[]> {
  const answer = await table.query(
    `select ${scores.map((score, i) => `min(${scoreExpression(score)})::double as "${i}"`).join(', ')}
     from rows where kind <> 'signal'`,
  );
  return scores.map((score, i): EventVariable => {
    const isPositive = numbers(answer, String(i))[0]! > 0;
    const column = scoreExpression(score);
    return {
      name: isPositive ? `log10(${score})` : score,
      kind: 'score',
      expression: isPositive ? `log10(${column})` : column,
    };
  });
}

/** Bins of each variable; undefined where no row has it. */
async function binsOfAll(
  table: ScoreTable,
  variables: readonly EventVariable[],
): Promise<(VariableBins | undefined)[]> {
  const where = "kind <> 'signal'";
  const [rows] = numbers(await table.query(`select count(*)::double as n from rows where ${where}`), 'n');
  const every = Math.max(1, Math.floor(rows! / sampledRows));
  const columns = variables.flatMap(({ expression }, i) => [
    `min(${expression})::double as least${i}`,
    `max(${expression})::double as greatest${i}`,
    `quantile_disc(${expression}, ${beyondEnds})::double as low${i}`,
    `quantile_disc(${expression}, ${1 - beyondEnds})::double as high${i}`,
  ]);
  // The same rows each time, spread over all files.
  const answer = await table.query(
    `select ${columns.join(', ')} from rows where ${where} and hash(event_number, entry) % ${every} = 0`,
  );
  return variables.map(({ isWhole = false }, i) => {
    const [least, greatest, low, high] = ['least', 'greatest', 'low', 'high'].map(
      (name) => numbers(answer, `${name}${i}`)[0]!,
    ) as [number, number, number, number];
    return Number.isNaN(least) ? undefined : binsBetween({ least, greatest, low, high, isWhole });
  });
}

/**
 * Each variable is a grouping set of its own: the score files are read once for all of them. A place is never null, so
 * that the one that is not null tells which set a row is of.
 */
async function countAll(
  table: ScoreTable,
  binned: readonly BinnedVariable[],
  { simulated, sources }: ComparedSamples,
): Promise<VariableCounts[]> {
  const places = binned.map(
    ({ variable, bins }, i) =>
      `coalesce((${placeSql(variable.expression, bins)})::integer, ${absentPlace(bins)}) as p${i}`,
  );
  const all = binned.map((_, i) => `p${i}`);
  const answer = await table.query(
    `select sample, run, coalesce(${all.join(', ')}) as place,
     case ${all.map((place, i) => `when ${place} is not null then ${i}`).join(' ')} end as variable,
     sum(w)::double as w, sum(w * w)::double as w2, count(*)::double as n
     from (select sample, case kind when 'data' then run_number end as run, w, ${places.join(', ')}
           from rows where kind <> 'signal')
     group by grouping sets (${all.map((place) => `(sample, run, ${place})`).join(', ')})
     order by variable, sample, run, place`,
  );
  const counted = binned.map((one) => emptyCounts(one, simulated.length, sources.length));
  const [variable, run, place, w, w2, n] = ['variable', 'run', 'place', 'w', 'w2', 'n'].map((column) =>
    numbers(answer, column),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const sourceOf = sourceFinder(sources);
  for (const [row, sample] of texts(answer, 'sample').entries()) {
    const { simulation, bySample, data } = counted[variable[row]!]!;
    const at = place[row]!;
    const source = sourceOf(sample, run[row]!);
    if (source !== undefined) {
      data[source]![at]! += n[row]!;
      continue;
    }
    simulation.sums[at]! += w[row]!;
    simulation.squares[at]! += w2[row]!;
    simulation.events[at]! += n[row]!;
    bySample[simulated.indexOf(sample)]![at]! += w[row]!;
  }
  return counted;
}

function emptyCounts(
  { variable: { name, kind, unit, labels }, bins }: BinnedVariable,
  samples: number,
  sources: number,
): VariableCounts {
  const zeros = () => new Float64Array(placesOf(bins));
  return {
    name,
    kind,
    ...(unit === undefined ? {} : { unit }),
    ...(labels === undefined ? {} : { labels: labels.slice(bins.low + 0.5, bins.high + 0.5) }),
    bins,
    simulation: emptyWeighted(bins),
    bySample: Array.from({ length: samples }, zeros),
    data: Array.from({ length: sources }, zeros),
  };
}

/** Index of the source of a data row; undefined for simulation. */
function sourceFinder(sources: ComparedSamples['sources']) {
  const byName = new Map(sources.map(({ sample, run }, index) => [`${sample} ${run ?? ''}`, index]));
  return (sample: string, run: number) =>
    Number.isNaN(run) ? undefined : (byName.get(`${sample} ${run}`) ?? byName.get(`${sample} `));
}
