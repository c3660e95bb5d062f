import type { ReportContext } from '../context.js';
import { shareDeviation } from '../sample-checks.js';
import { numbers, quoted, texts } from '../score-table.js';
import type { TableBlock, VerdictBlock } from '../section.js';
import { ratioOf } from '../words.js';

/** What of a channel of background fell into the test part: events, and their signed weights. */
export interface TestShare {
  readonly sample: string;
  readonly channel: number;
  readonly test: number;
  readonly all: number;
  readonly testWeight: number;
  readonly allWeight: number;
}

export function nominalShare({ first }: ReportContext): number {
  return Number((1 - first.config.training.train_fraction).toPrecision(12));
}

/** The realised share of the test part, by sample and channel (decisions.md 7), late rows not among them. */
export async function testShares({ runs, table }: ReportContext): Promise<TestShare[]> {
  const files = runs.joined.flatMap(({ scoreFiles }) => scoreFiles);
  const answer = await table.query(
    `select sample, channel, sum((split = 'test')::integer)::double as test, count(*)::double as n,
     sum(case when split = 'test' then weight else 0 end)::double as test_weight, sum(weight)::double as weight
     from read_parquet([${files.map(quoted).join(',')}], union_by_name = true)
     where kind = 'background' and not late group by all order by all`,
  );
  const column = (name: string) => numbers(answer, name);
  const [channel, test, all] = [column('channel'), column('test'), column('n')];
  const [testWeight, allWeight] = [column('test_weight'), column('weight')];
  return texts(answer, 'sample').map((sample, row) => ({
    sample,
    channel: channel[row]!,
    test: test[row]!,
    all: all[row]!,
    testWeight: testWeight[row]!,
    allWeight: allWeight[row]!,
  }));
}

/** A split by hash is binomial: a share further away than this is no chance among a hundred channels. */
const largestDeviation = 4.5;

export function shareVerdicts(shares: readonly TestShare[], nominal: number): VerdictBlock[] {
  return shares.flatMap(({ sample, channel, test, all }): VerdictBlock[] => {
    const deviation = shareDeviation(test, all, nominal);
    if (Math.abs(deviation) <= largestDeviation) return [];
    return [
      {
        kind: 'verdict',
        level: 'notice',
        text: `${test} of ${all} events of channel ${channel} (\`${sample}\`) fell into the test part, ${deviation.toFixed(1)} standard deviations from the share of ${nominal}: many events of one identity, perhaps copies.`,
      },
    ];
  });
}

export function shareTable(shares: readonly TestShare[], nominal: number): TableBlock {
  return {
    kind: 'table',
    id: 'test-share',
    caption: `Share of the background that fell into the test part; yields are scaled by the nominal ${nominal}.`,
    columns: [
      { label: 'sample' },
      { label: 'channel', digits: 9 },
      { label: 'events', digits: 9 },
      { label: 'in the test part', digits: 9 },
      { label: 'share', digits: 4 },
      { label: 'share by weight', digits: 4 },
    ],
    rows: shares.map(({ sample, channel, test, all, testWeight, allWeight }) => [
      sample,
      channel,
      all,
      test,
      test / all,
      ratioOf(testWeight, allWeight, 'the weights add up to 0'),
    ]),
    shown: 40,
  };
}
