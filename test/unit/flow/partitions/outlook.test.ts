import assert from 'node:assert/strict';
import test from 'node:test';
import { Outlook } from '../../../../lib/flow/partitions/outlook.js';
import type { Tenure } from '../../../../lib/flow/partitions/partition-runner.js';
import type { KafkaClient, PartitionOffsets } from '../../../../lib/kafka/client.js';

test('an answer that comes after a newer look is passed over', async () => {
  let answer: (ends: PartitionOffsets[]) => void = () => {};
  const offsets = () =>
    new Promise<PartitionOffsets[]>((resolve) => {
      answer = resolve;
    });
  const client = { admin: { offsets } } as unknown as KafkaClient;
  const tenure = { partition: 0, signal: new AbortController().signal } as unknown as Tenure;
  const seen: number[][] = [];
  const outlook = new Outlook(client, 'in', tenure, {
    looked: (_, position, end) => seen.push([position, end]),
  });
  const ends = [{ partition: 0, first: 0, end: 9, stable: 9 }];
  outlook.tell({ position: 2, end: 4, oldestMs: undefined });
  const first = outlook.lookAgain();
  answer(ends);
  await first;
  const late = outlook.lookAgain();
  outlook.tell({ position: 8, end: 8, oldestMs: undefined });
  answer(ends);
  await late;
  assert.deepEqual(seen, [
    [2, 4],
    [2, 9],
    [8, 8],
  ]);
});
