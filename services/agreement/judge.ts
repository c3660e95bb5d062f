import { holmAdjusted } from '../../lib/statistics/holm.js';
import { isDefined } from '../../lib/statistics/measured.js';
import { compareShapes, type ShapeComparison } from './compare.js';
import { findStandouts, type PartVerdict, pOf } from './standouts.js';
import { added, type DataSource, type VariableCounts } from './variable-counts.js';

/** All data against simulation in one variable. */
export interface VariableVerdict {
  readonly variable: VariableCounts;
  readonly comparison: ShapeComparison | { readonly notDefined: string };
  /** Holm-adjusted p-value among all variables that could be compared; undefined for others. */
  readonly adjustedP: number | undefined;
  readonly agrees: boolean;
}

/** Verdicts in the order of their p-values, those without one at the end; `agrees` is false below `level`. */
export function judgeVariables(variables: readonly VariableCounts[], level: number): VariableVerdict[] {
  const comparisons = variables.map(({ bins, data, simulation }) =>
    compareShapes(bins, added(data, simulation.sums.length), simulation),
  );
  const compared = comparisons.flatMap((found, index) => (isDefined(found) ? [{ p: found.p, index }] : []));
  const adjusted = new Map<number, number>();
  const adjustedP = holmAdjusted(compared.map(({ p }) => p));
  for (const [rank, { index }] of compared.entries()) adjusted.set(index, adjustedP[rank]!);
  return variables
    .map((variable, index): VariableVerdict => {
      const own = adjusted.get(index);
      return {
        variable,
        comparison: comparisons[index]!,
        adjustedP: own,
        agrees: own === undefined || own >= level,
      };
    })
    .sort((a, b) => orderOf(a) - orderOf(b));
}

function orderOf({ comparison }: VariableVerdict): number {
  return isDefined(comparison) ? comparison.p : 2;
}

/** Parts of the data, each by the indices of its sources. */
export interface DataPart {
  readonly name: string;
  readonly sources: readonly number[];
}

/** One part for each data sample. */
export function samplesAsParts(sources: readonly DataSource[]): DataPart[] {
  const parts = new Map<string, number[]>();
  for (const [index, { sample }] of sources.entries()) {
    const found = parts.get(sample) ?? [];
    found.push(index);
    parts.set(sample, found);
  }
  return [...parts].map(([name, indices]) => ({ name, sources: indices }));
}

/** One part for each run that has counts of its own. */
export function runsAsParts(sources: readonly DataSource[]): DataPart[] {
  return sources.flatMap(({ run }, index) =>
    run === undefined ? [] : [{ name: String(run), sources: [index] }],
  );
}

export interface PartsOfVariable {
  readonly variable: VariableCounts;
  /** In the order of the parts. */
  readonly verdicts: readonly PartVerdict[];
}

/** @param level p-values below this, divided by the number of variables times parts (Bonferroni), stand out */
export function judgeParts(
  variables: readonly VariableCounts[],
  parts: readonly DataPart[],
  level: number,
): PartsOfVariable[] {
  const each = level / (variables.length * parts.length);
  return variables.map((variable) => ({
    variable,
    verdicts: findStandouts(
      variable.bins,
      parts.map(({ sources }) =>
        added(
          sources.map((source) => variable.data[source]!),
          variable.simulation.sums.length,
        ),
      ),
      variable.simulation,
      each,
    ),
  }));
}

/** A variable in which a part stands out. */
export interface Standout {
  readonly variable: VariableCounts;
  readonly verdict: PartVerdict;
  /** Against the others. */
  readonly p: number;
}

/**
 * Variables in which part `part` stands out, the worst first. One that is counted twice (mll of the score files, and
 * the column of that name) is one, with the smaller p-value.
 */
export function standoutsOf(judged: readonly PartsOfVariable[], part: number): Standout[] {
  const found = judged
    .flatMap(({ variable, verdicts }): Standout[] => {
      const verdict = verdicts[part]!;
      return verdict.standsOut ? [{ variable, verdict, p: pOf(verdict.againstOthers) }] : [];
    })
    .sort((a, b) => a.p - b.p);
  return firstOfName(found);
}

/** The first entry of each variable's name. */
export function firstOfName<Entry extends { readonly variable: Pick<VariableCounts, 'name'> }>(
  entries: readonly Entry[],
): Entry[] {
  const names = new Set<string>();
  return entries.filter(({ variable: { name } }) => !names.has(name) && names.add(name));
}
