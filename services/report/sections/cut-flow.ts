import type { SampleCutFlow } from '../../pipeline/cutflow.js';
import type { SectionMaker } from '../context.js';
import { cutFlowsOf } from '../cut-flows.js';
import type { Block, Cell } from '../section.js';

/** What became of every entry: counts after each cut by sample, dead letters, objects without a place. */
export const cutFlowSection: SectionMaker = async ({ runs, samples, first }) => {
  const flows = runs.joined.flatMap((run) =>
    Object.entries(cutFlowsOf(run)).map(([sample, flow]) => ({ sample, flow })),
  );
  if (flows.length === 0) return undefined;
  const cuts = [...new Set(flows.flatMap(({ flow }) => flow.cuts.map(({ cut }) => cut)))];
  const leftOut = samples.flatMap(({ name, leftOut }) => (leftOut === undefined ? [] : [{ name, leftOut }]));
  const blocks: Block[] = [
    {
      kind: 'table',
      id: 'cut-flow',
      caption: `Entries left after each cut, raw and weighted at ${first.config.luminosity_fb} fb^-1 (data weigh 1); dead letters are in none`,
      columns: [
        { label: 'sample' },
        { label: 'kind' },
        ...cuts.flatMap((cut) => [{ label: cut }, { label: `${cut}, weighted` }]),
        { label: 'passes', unit: '%', digits: 3 },
        { label: 'dead letters' },
      ],
      rows: flows.map(({ sample, flow }) => cutRow(sample, flow, cuts)),
    },
    {
      kind: 'table',
      id: 'objects',
      caption: 'Objects of selected events that are in no matrix cell',
      columns: [
        { label: 'sample' },
        { label: 'jets neither light nor b' },
        { label: 'objects beyond the last slot' },
      ],
      rows: flows.map(({ sample, flow }) => [sample, flow.unclassified_jets, flow.surplus_objects]),
      shown: 6,
    },
  ];
  return {
    id: 'cut-flow',
    title: 'Cut flow',
    blocks,
    data: { samples: flows.map(({ sample, flow }) => ({ sample, ...flow })), left_out: leftOut },
  };
};

function cutRow(sample: string, flow: SampleCutFlow, cuts: readonly string[]): Cell[] {
  const counts = cuts.flatMap((cut): Cell[] => {
    const step = flow.cuts.find((one) => one.cut === cut);
    return step === undefined ? ['', ''] : [step.raw, step.weighted];
  });
  const all = flow.cuts[0]?.raw ?? 0;
  const passed = flow.cuts.at(-1)?.raw ?? 0;
  const dead = Object.entries(flow.dead_letters).map(([reason, count]) => `${count} ${reason}`);
  return [
    sample,
    flow.kind,
    ...counts,
    all > 0 ? (100 * passed) / all : { notDefined: 'no entry was read' },
    dead.join(', '),
  ];
}
