import assert from 'node:assert/strict';
import test from 'node:test';
import { scorer } from '../../../services/scorer/main.js';
import { inFolder } from '../../support/cli.js';
import { clusterOf, kafkaConfig, openContext, putRecords, runRecord } from '../../support/service-context.js';

const never = new AbortController().signal;

for (const [mode, keeps, expected] of [
  ['continuous', true, ['scorer', 'feature-files', 'finisher']],
  ['continuous', false, ['scorer', 'finisher']],
  // Duplicates are counted among their rows before they are deleted.
  ['bounded', false, ['scorer', 'feature-files', 'finisher']],
] as const) {
  test(`the scorer of a ${mode} run with output.keep_features: ${keeps} works on ${expected.join(', ')}`, async () => {
    await inFolder(async (directory) => {
      const loaded = kafkaConfig({ input: { mode }, output: { directory, keep_features: keeps } }, directory);
      const cluster = clusterOf(loaded);
      const context = openContext(cluster, loaded);
      await putRecords(cluster, context, [runRecord(loaded)]);
      await context.view.catchUp(never);
      assert.deepEqual(
        scorer.parts(context).map(({ name }) => name),
        expected,
      );
    });
  });
}
