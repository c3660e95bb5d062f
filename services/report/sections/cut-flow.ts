import type { SectionMaker } from '../context.js';
import { cutFlowsOf, type JoinedCutFlow, joinCutFlows } from '../cut-flows.js';
import type { ReportSample } from '../samples.js';
import type { Block, Cell, TableBlock } from '../section.js';

/** A sample, or all of the background, with its cut flow. */
interface Row {
  readonly name: string;
  readonly kind: string;
  readonly flow: JoinedCutFlow;
  readonly leftOut?: string;
}

/** What every cut left of every sample: raw events, and weighted ones at the full luminosity. */
export const cutFlowSection: SectionMaker = async ({ runs, samples, first }) => {
  const flows = runs.joined.map(cutFlowsOf);
  const rows = samples.map((sample) => rowOf(sample, flows));
  const background = rows.filter(({ kind, leftOut }) => kind === 'background' && leftOut === undefined);
  const sum: Row[] =
    background.length < 2
      ? []
      : [
          {
            name: 'all background',
            kind: 'background',
            flow: joinCutFlows(background.map(({ flow }) => flow)),
          },
        ];
  const simulated = rows.filter(({ kind }) => kind !== 'data');
  const cuts = rows.find(({ flow }) => flow.cuts.length > 0)?.flow.cuts.map(({ cut }) => cut) ?? [];
  const blocks: Block[] = [
    {
      kind: 'text',
      text: `Events left after each cut. Events that could not be used (dead letters) are in none of the numbers; all events of a sample count, whatever part of the split they are in. Weighted numbers are at ${first.config.luminosity_fb} fb⁻¹.`,
    },
    ...rows.flatMap(leftOutText),
    rawTable([...rows, ...sum], cuts),
    ...(simulated.length === 0
      ? []
      : [weightedTable([...simulated, ...sum], cuts, first.config.luminosity_fb)]),
    ...deadLetterTable(rows),
    ...objectTable(rows),
  ];
  return {
    id: 'cut-flow',
    title: 'Cut flow',
    blocks,
    data: [...rows, ...sum].map(({ name, kind, flow, leftOut }) => ({
      sample: name,
      kind,
      ...flow,
      ...(leftOut === undefined ? {} : { left_out: leftOut }),
    })),
  };
};

function rowOf(sample: ReportSample, flows: readonly Readonly<Record<string, JoinedCutFlow>>[]): Row {
  const own = flows.flatMap((flow) => flow[sample.name] ?? []);
  return {
    name: sample.name,
    kind: sample.kind,
    flow: joinCutFlows(own),
    ...(sample.leftOut === undefined ? {} : { leftOut: sample.leftOut }),
  };
}

function leftOutText({ name, leftOut }: Row): Block[] {
  if (leftOut === undefined) return [];
  return [
    {
      kind: 'text',
      text: `\`${name}\` stands here and nowhere else: it is left out of the report since it has ${leftOut}.`,
    },
  ];
}

function nameOf({ name, leftOut }: Row): string {
  return leftOut === undefined ? name : `${name} (left out)`;
}

function rawTable(rows: readonly Row[], cuts: readonly string[]): TableBlock {
  return {
    kind: 'table',
    id: 'cut-flow-raw',
    caption: 'Events after each cut.',
    columns: [
      { label: 'sample' },
      { label: 'kind' },
      { label: 'entries' },
      ...cuts.map((label) => ({ label })),
      { label: 'kept', unit: '%', digits: 3 },
    ],
    rows: rows.map((row) => {
      const { entries, cuts: steps } = row.flow;
      const selected = steps.at(-1)?.raw ?? 0;
      const kept: Cell = entries > 0 ? (100 * selected) / entries : { notDefined: 'the sample is empty' };
      return [nameOf(row), row.kind, entries, ...cuts.map((_, step) => steps[step]?.raw ?? 0), kept];
    }),
  };
}

function weightedTable(rows: readonly Row[], cuts: readonly string[], luminosityFb: number): TableBlock {
  return {
    kind: 'table',
    id: 'cut-flow-weighted',
    caption: `Weighted events after each cut, at ${luminosityFb} fb⁻¹.`,
    columns: [
      { label: 'sample' },
      { label: 'kind' },
      ...cuts.map((label) => ({ label })),
      { label: 'kept', unit: '%', digits: 3 },
    ],
    rows: rows.map((row) => {
      const weights = row.flow.cuts.map(({ weighted }) => weighted);
      const [all = 0] = weights;
      const kept: Cell =
        all > 0
          ? (100 * weights.at(-1)!) / all
          : { notDefined: 'the sum of weights of the sample is not positive' };
      return [nameOf(row), row.kind, ...cuts.map((_, step) => weights[step] ?? 0), kept];
    }),
  };
}

function deadLetterTable(rows: readonly Row[]): TableBlock[] {
  const dead = rows.flatMap((row) =>
    Object.entries(row.flow.dead_letters).map(([reason, count]): Cell[] => [
      row.name,
      reason,
      count,
      (100 * count) / row.flow.entries,
    ]),
  );
  if (dead.length === 0) return [];
  return [
    {
      kind: 'table',
      id: 'dead-letters',
      caption: 'Events that could not be used, by reason; they are in dead-letters/ of the run.',
      columns: [
        { label: 'sample' },
        { label: 'reason' },
        { label: 'events' },
        { label: 'share', unit: '%', digits: 3 },
      ],
      rows: dead,
    },
  ];
}

/** Objects that no feature knows of: many of them, and the matrix has too few slots. */
function objectTable(rows: readonly Row[]): TableBlock[] {
  const found = rows.filter(({ flow }) => flow.unclassified_jets + flow.surplus_objects > 0);
  if (found.length === 0) return [];
  return [
    {
      kind: 'table',
      id: 'objects-without-slot',
      caption: 'Objects of selected events that are in no cell of the matrix.',
      columns: [
        { label: 'sample' },
        { label: 'jets neither light nor b' },
        { label: 'objects beyond the last slot' },
      ],
      rows: found.map(({ name, flow }) => [name, flow.unclassified_jets, flow.surplus_objects]),
    },
  ];
}
