import { isDefined } from '../../../lib/statistics/measured.js';
import {
  type DataPart,
  judgeParts,
  type PartsOfVariable,
  runsAsParts,
  samplesAsParts,
  standoutsOf,
} from '../../agreement/judge.js';
import { type PartVerdict, pOf } from '../../agreement/standouts.js';
import { added, total } from '../../agreement/variable-counts.js';
import { type ComparedVariables, comparedVariables } from '../compared-variables.js';
import type { ReportContext, SectionMaker } from '../context.js';
import type { Block, Cell, Section, TableBlock, VerdictBlock } from '../section.js';
import { shortP } from '../words.js';
import { allPartsFigure, standoutFigures } from './period-figures.js';

/** Whether each part of the data looks as the others do. */
export const periodsSection: SectionMaker = async (context) => {
  const compared = await comparedVariables(context);
  if (compared === undefined) return undefined;
  const { agreement_p_min: level } = context.settings;
  const periods = samplesAsParts(compared.sources);
  const runs = runsAsParts(compared.sources);
  // One run a sample says what the samples say.
  const hasRuns = runs.length > periods.length || (periods.length === 1 && runs.length > 1);
  if (periods.length < 2 && !hasRuns) return undefined;
  const ofPeriods = periods.length > 1 ? judgeParts(compared.variables, periods, level) : [];
  const ofRuns = hasRuns ? judgeParts(compared.variables, runs, level) : [];
  return {
    id: 'periods',
    title: 'Data quality over time',
    blocks: [
      { kind: 'text', text: introduction(context, compared, periods.length) },
      ...(periods.length > 1 ? verdictsOf(periods, ofPeriods) : []),
      ...(periods.length > 1 ? [allPartsFigure(context.score, compared, periods)] : []),
      ...standoutFigures(periods, ofPeriods),
      ...(periods.length > 1 ? [variableTable(periods, ofPeriods)] : []),
      ...(hasRuns ? runBlocks(compared, runs, ofRuns) : []),
    ],
    data: {
      p_min: level,
      periods: partsData(compared, periods, ofPeriods),
      runs: { of: compared.runs, compared: partsData(compared, runs, ofRuns) },
    },
  } satisfies Section;
};

function introduction(
  { settings }: ReportContext,
  { variables, simulated }: ComparedVariables,
  periods: number,
): string {
  const factor = variables.length * periods;
  return [
    `Each data sample is compared with the others together, by the shape of each of ${variables.length} variables (the tests of the section on data against simulation), and with simulation of ${simulated.length} samples. `,
    'One bad sample makes all others differ from the rest, which it is a part of; so the one that differs most is set aside first, the others are compared again without it, and so on until all that remain agree. ',
    `A sample stands out in a variable where its p-value times the number of comparisons (variables times samples, here ${factor}: Bonferroni's rule) is below \`report.agreement_p_min\` = ${settings.agreement_p_min}.`,
  ].join('');
}

const mostNamed = 8;

function verdictsOf(parts: readonly DataPart[], judged: readonly PartsOfVariable[]): VerdictBlock[] {
  const bad = parts.flatMap(({ name }, index): VerdictBlock[] => {
    const found = standoutsOf(judged, index);
    if (found.length === 0) return [];
    const named = found.slice(0, mostNamed).map(({ variable, p }) => `\`${variable.name}\` (p ${shortP(p)})`);
    const more = found.length > named.length ? ` and ${found.length - named.length} more` : '';
    return [
      {
        kind: 'verdict',
        level: 'bad',
        text: `\`${name}\` stands out from the other data in ${found.length} ${found.length === 1 ? 'variable' : 'variables'}: ${named.join(', ')}${more}.`,
      },
    ];
  });
  const quoted = (wanted: (index: number) => boolean) =>
    parts.flatMap(({ name }, index) => (wanted(index) ? [`\`${name}\``] : []));
  const few = quoted((index) => !isCompared(judged, index));
  if (few.length > 0) {
    const text = `Whether ${listed(few)} agree with the others is not defined: no variable has enough events.`;
    bad.push({ kind: 'verdict', level: 'notice', text });
  }
  const good = quoted((index) => isCompared(judged, index) && standoutsOf(judged, index).length === 0);
  if (good.length === 0) return bad;
  const isOne = good.length === 1;
  const text = isOne
    ? `${good[0]} does not stand out in any variable.`
    : `${listed(good)} agree with each other in every variable.`;
  return [...bad, { kind: 'verdict', level: 'good', text }];
}

/** Whether any variable of a part has enough events. */
function isCompared(judged: readonly PartsOfVariable[], part: number): boolean {
  return judged.some(({ verdicts }) => isDefined(verdicts[part]!.againstOthers));
}

function listed(names: readonly string[]): string {
  if (names.length === 1) return names[0]!;
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}

function pCell(comparison: PartVerdict['againstOthers']): Cell {
  return isDefined(comparison) ? comparison.p : comparison;
}

function variableTable(parts: readonly DataPart[], judged: readonly PartsOfVariable[]): TableBlock {
  const least = ({ verdicts }: PartsOfVariable) =>
    Math.min(...verdicts.map(({ againstOthers }) => pOf(againstOthers)));
  const ordered = [...judged].sort((a, b) => least(a) - least(b));
  return {
    kind: 'table',
    id: 'periods',
    caption: 'p-values of each data sample against the others, and against simulation.',
    columns: [
      { label: 'variable' },
      { label: 'kind' },
      ...parts.map(({ name }) => ({ label: name, digits: 2 })),
      ...parts.map(({ name }) => ({ label: `${name} against simulation`, digits: 2 })),
      { label: 'stands out' },
    ],
    rows: ordered.map(({ variable, verdicts }) => [
      variable.name,
      variable.kind,
      ...verdicts.map(({ againstOthers }) => pCell(againstOthers)),
      ...verdicts.map(({ againstSimulation }) => pCell(againstSimulation)),
      parts
        .filter((_, index) => verdicts[index]!.standsOut)
        .map(({ name }) => name)
        .join(', '),
    ]),
    shown: 15,
  };
}

function runBlocks(
  compared: ComparedVariables,
  runs: readonly DataPart[],
  judged: readonly PartsOfVariable[],
): Block[] {
  const rows = runs.map(({ name, sources }, index): Cell[] => {
    const found = standoutsOf(judged, index);
    const worst = judged.reduce((a, b) =>
      pOf(b.verdicts[index]!.againstOthers) < pOf(a.verdicts[index]!.againstOthers) ? b : a,
    );
    return [
      name,
      compared.sources[sources[0]!]!.sample,
      eventsOf(compared, sources),
      worst.variable.name,
      pCell(worst.verdicts[index]!.againstOthers),
      found.length,
      found.length > 0 ? 'stands out' : isCompared(judged, index) ? 'agrees' : 'not defined: too few events',
    ];
  });
  const bad = rows.filter((row) => row[6] === 'stands out');
  const left = compared.runs - runs.length;
  const some =
    left > 0
      ? ` (those with most events; ${left} others are in their sample and have no row: \`report.agreement_runs\`)`
      : '';
  const names = bad.slice(0, mostNamed).map((row) => `\`${row[0]}\` (\`${row[1]}\`)`);
  const more = bad.length > names.length ? ` and ${bad.length - names.length} more` : '';
  const judgedRuns = runs.filter((_, index) => isCompared(judged, index)).length;
  const verdict =
    bad.length > 0
      ? `${bad.length} of ${runs.length} runs${some} stand out from the others: ${names.join(', ')}${more}.`
      : judgedRuns > 0
        ? `None of ${judgedRuns} runs stands out from the others${some}.`
        : `Whether runs agree is not defined: none of ${runs.length} has enough events.`;
  return [
    {
      kind: 'verdict',
      level: bad.length > 0 ? 'bad' : judgedRuns > 0 ? 'good' : 'notice',
      text: verdict,
    },
    {
      kind: 'table',
      id: 'runs',
      caption: `Runs against each other, by the same rule; ${judged.length * runs.length} comparisons.`,
      columns: [
        { label: 'run' },
        { label: 'sample' },
        { label: 'events', digits: 9 },
        { label: 'worst variable' },
        { label: 'its p', digits: 2 },
        { label: 'variables that stand out' },
        { label: 'verdict' },
      ],
      rows,
      shown: 50,
    },
  ];
}

function eventsOf({ variables }: ComparedVariables, sources: readonly number[]): number {
  const { data, simulation } = variables[0]!;
  return total(
    added(
      sources.map((source) => data[source]!),
      simulation.sums.length,
    ),
  );
}

function partsData(
  compared: ComparedVariables,
  parts: readonly DataPart[],
  judged: readonly PartsOfVariable[],
) {
  if (judged.length === 0) return [];
  return parts.map(({ name, sources }, index) => ({
    name,
    sample: compared.sources[sources[0]!]!.sample,
    events: eventsOf(compared, sources),
    stands_out: standoutsOf(judged, index).map(({ variable, verdict, p }) => ({
      variable: variable.name,
      kind: variable.kind,
      p,
      ...(isDefined(verdict.againstSimulation) ? { p_against_simulation: verdict.againstSimulation.p } : {}),
    })),
  }));
}
