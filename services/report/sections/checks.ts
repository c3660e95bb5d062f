import type { ReportContext, SectionMaker } from '../context.js';
import { cutFlowsOf } from '../cut-flows.js';
import type { FinishedRun } from '../open-runs.js';
import {
  checkYields,
  cutShort,
  differingCrossSections,
  sharedChannels,
  type YieldCheck,
} from '../sample-checks.js';
import type { Block, Section, TableBlock, VerdictBlock } from '../section.js';
import { ratioOf } from '../words.js';
import { excludedOf, exclusionTable, exclusionVerdicts } from './exclusions.js';
import { loadVerdicts } from './load-verdicts.js';
import { nominalShare, shareTable, shareVerdicts, testShares } from './test-shares.js';

/** What the inputs themselves show, before any physics: weights, yields, the split, doubled events. */
export const checksSection: SectionMaker = async (context) => {
  const { joined } = context.runs;
  const yields = joined.flatMap((run) => yieldsOf(run, context));
  const shares = await testShares(context);
  const verdicts = [
    ...joined.flatMap((run) => loadVerdicts(run)),
    ...joined.flatMap((run) => corruptVerdicts(run)),
    ...joined.flatMap((run) => cutShortVerdict(run)),
    ...yieldVerdicts(yields, context),
    ...crossSectionVerdicts(context),
    ...shareVerdicts(shares, nominalShare(context)),
    ...exclusionVerdicts(context),
    ...joined.flatMap((run) => duplicateVerdicts(run)),
  ];
  const blocks: Block[] = [...verdicts];
  if (yields.length > 0) blocks.push(yieldTable(yields, context));
  if (shares.length > 0) blocks.push(shareTable(shares, nominalShare(context)));
  const excluded = excludedOf(context);
  if (excluded.length > 0) blocks.push(exclusionTable(excluded));
  return {
    id: 'checks',
    title: 'Checks of the inputs',
    blocks,
    data: {
      left_out: context.samples.flatMap(({ name, leftOut }) =>
        leftOut === undefined ? [] : [{ sample: name, reason: leftOut }],
      ),
      yields,
      test_shares: shares.map(({ testWeight, allWeight, ...share }) => ({
        ...share,
        nominal: nominalShare(context),
        by_weight: ratioOf(testWeight, allWeight, 'the weights add up to 0'),
      })),
      excluded_columns: excluded,
      duplicate_split_keys: joined.reduce((sum, { record }) => sum + record.events.duplicate_split_keys, 0),
    },
  } satisfies Section;
};

function yieldsOf(run: FinishedRun, { settings }: ReportContext): YieldCheck[] {
  const { record, config } = run;
  return checkYields(record.inputs, cutFlowsOf(run), config.luminosity_fb * 1000, settings.yield_tolerance);
}

function corruptVerdicts({ record }: FinishedRun): VerdictBlock[] {
  return Object.entries(record.samples).flatMap(([name, sample]): VerdictBlock[] => {
    const count = record.inputs.reduce(
      (sum, input) => sum + (input.sample === name ? (input.corrupt_weights ?? 0) : 0),
      0,
    );
    if (count === 0) return [];
    const what = `${count} of ${sample.entries} events of \`${name}\` have a weight that is not finite or absurd`;
    if (!sample.corrupt) {
      return [{ kind: 'verdict', level: 'notice', text: `${what}: these events are dead letters.` }];
    }
    const isLeftOut = sample.when_corrupt === 'leave_out';
    return [
      {
        kind: 'verdict',
        level: 'bad',
        text: isLeftOut
          ? `${what}: the sample is corrupt and is left out of every number and figure.`
          : `${what}: the sample is corrupt, and kept as its \`corrupt: keep\` asks.`,
      },
    ];
  });
}

function cutShortVerdict({ record, config, shown }: FinishedRun): VerdictBlock[] {
  const limit = config.input.max_events;
  const names = cutShort(record.samples, limit).map((name) => `\`${name}\``);
  if (names.length === 0) return [];
  return [
    {
      kind: 'verdict',
      level: 'notice',
      text: `${shown} read ${limit} entries of each sample at most (\`input.max_events\`): yields of ${names.join(', ')} are of a part of their events, while luminosities and cross sections are of all.`,
    },
  ];
}

function yieldVerdicts(yields: readonly YieldCheck[], { settings }: ReportContext): VerdictBlock[] {
  const bad = yields.filter(({ exceeds }) => exceeds);
  if (bad.length === 0 && yields.length > 0) {
    return [
      {
        kind: 'verdict',
        level: 'good',
        text: `No simulated sample has more weighted events than its cross section x luminosity (tolerance ${settings.yield_tolerance}).`,
      },
    ];
  }
  return bad.map(({ sample, written, allowed }) => ({
    kind: 'verdict',
    level: 'bad',
    text: `\`${sample}\` has ${written.toPrecision(5)} weighted events before any cut where cross section x luminosity is ${allowed.toPrecision(5)}: its weights, cross section or sum of weights are wrong, or files of one production are counted as several.`,
  }));
}

function crossSectionVerdicts({ runs }: ReportContext): VerdictBlock[] {
  const inputs = runs.joined.flatMap(({ record }) => record.inputs);
  const differing = differingCrossSections(inputs).map(({ channel, values }): VerdictBlock => {
    const each = [...new Map(values.map((value) => [value.pb, value])).values()];
    const named = each.map(({ pb, sample, file }) => `${pb} pb in \`${sample}\` (${file})`);
    return {
      kind: 'verdict',
      level: 'bad',
      text: `Channel ${channel} has different cross sections: ${named.join(', ')}.`,
    };
  });
  const shared = sharedChannels(inputs).map(({ channel, values }): VerdictBlock => {
    const names = [...new Set(values.map(({ sample }) => `\`${sample}\``))];
    return {
      kind: 'verdict',
      level: 'notice',
      text: `Channel ${channel} stands in ${names.join(' and ')}: where both are shown its events count in each.`,
    };
  });
  return [...differing, ...shared];
}

function duplicateVerdicts({ record, shown }: FinishedRun): VerdictBlock[] {
  const count = record.events.duplicate_split_keys;
  if (count === 0) return [];
  return [
    {
      kind: 'verdict',
      level: 'notice',
      text: `${count} selected events of ${shown} have the run, event number and channel of another one: the same events twice, or copies made by \`amplify\`.`,
    },
  ];
}

function yieldTable(yields: readonly YieldCheck[], { samples }: ReportContext): TableBlock {
  const leftOut = new Set(samples.flatMap(({ name, leftOut }) => (leftOut === undefined ? [] : [name])));
  return {
    kind: 'table',
    id: 'yield-check',
    caption: 'Weighted events before any cut, against cross section x luminosity.',
    columns: [
      { label: 'sample' },
      { label: 'weighted events' },
      { label: 'cross section x luminosity' },
      { label: 'ratio', digits: 3 },
      { label: 'verdict' },
    ],
    rows: yields.map(({ sample, written, allowed, exceeds }) => [
      sample,
      written,
      allowed,
      ratioOf(written, allowed, 'cross section x luminosity is 0'),
      `${exceeds ? 'too many' : 'possible'}${leftOut.has(sample) ? ', left out' : ''}`,
    ]),
    shown: 40,
  };
}
