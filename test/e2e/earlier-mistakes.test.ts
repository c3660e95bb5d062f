/** Mistakes 3 and 4 of the earlier implementation (physics.md 7), shown right in whole runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { inFolder } from '../support/cli.js';
import { quick, runWell, sampleFile, writeConfig } from '../support/small-run.js';
import { readTables } from '../support/tables.js';

const text = (...path: string[]) => readFileSync(join(...path), 'utf8');

test('mistake 3: the scaler is fitted once, on all of the training part, whatever the megasets', async () => {
  await inFolder(async (folder) => {
    const scalers: string[] = [];
    for (const megasets of [1, 5]) {
      const settings = { ...quick, training: { ...quick.training, megasets, passes: 2 } };
      const config = writeConfig(folder, undefined, settings, `${megasets}.yaml`);
      const output = join(folder, String(megasets));
      await runWell(['run', config, '--output', output]);
      scalers.push(text(output, 'model', 'scaler.json'));
    }
    assert.equal(scalers[1], scalers[0]);
  });
});

test("mistake 4: a signal is scaled with the model's scaler, not with one of its own", async () => {
  await inFolder(async (folder) => {
    const output = join(folder, 'out');
    await runWell(['run', writeConfig(folder), '--output', output]);
    const scored = join(folder, 'scored');
    // Alone, there is nothing else to fit a scaler on.
    const input = sampleFile('mc/zprime2000_mumu');
    await runWell(['score', '--model', join(output, 'model'), '--input', input, '--output', scored]);
    const alone = await readTables(join(scored, 'scores'));
    const all = await readTables(join(output, 'scores'));
    const signal = all.sample!.flatMap((name, row) => (name === 'zprime2000_mumu' ? [row] : []));
    assert.ok(signal.length > 100);
    for (const name of ['error', 'error_normalised', 'scaler_version'])
      assert.deepEqual(
        alone[name],
        signal.map((row) => all[name]![row]),
        name,
      );
    // Scaled by themselves the events of a signal would look as usual as those of the background.
    const median = (rows: readonly number[]) =>
      rows.map((row) => all.error![row] as number).sort((a, b) => a - b)[rows.length >> 1]!;
    const background = all.kind!.flatMap((kind, row) => (kind === 'background' ? [row] : []));
    assert.ok(median(signal) > 5 * median(background));
  });
});
