import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { freezeScaler } from '../../../lib/learning/scaler.js';
import { HighLevelRows } from '../../../services/featurizer/high-level.js';
import { MessageChain } from '../../../services/plan/measure/message-chain.js';
import { momentsTree } from '../../../services/scaler/block-moments.js';
import { scalerOptions } from '../../../services/scaler/config.js';
import { MomentsOperator, ScalerOperator } from '../../../services/scaler/operator.js';
import { decodeFeatures } from '../../../services/wire/features.js';
import type { WireMessage } from '../../../services/wire/message.js';
import { sharedFolder } from '../../golden/physics/shared-files.js';
import { inFolder } from '../../support/cli.js';
import { loadForTest, weighedFiles } from '../../support/inputs.js';
import { received } from '../../support/message-chain.js';
import { type SampleSpec, samples, writeConfig } from '../../support/small-run.js';

/** Every file of a folder as a background sample of its own. */
function samplesOf(folder: string): SampleSpec[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.root'))
    .map((name) => ({
      name: name.slice(0, -'.root'.length),
      kind: 'background',
      files: [join(folder, name)],
    }));
}

/** Bytes an event of features and scaled, uncompressed, with keys and headers. */
async function bytesAnEvent(
  list: readonly SampleSpec[],
): Promise<{ features: number; scaled: number; withHighLevel: number }> {
  return inFolder(async (folder) => {
    const loaded = loadForTest(writeConfig(folder, list, { engine: { workers: 2 } }), folder);
    const { config, profile } = loaded;
    const chain = new MessageChain({ config, profile });
    const { layout } = chain.expected;
    const moments = new MomentsOperator(layout, config.scaler.weights);
    const tree = momentsTree();
    const features: WireMessage[] = [];
    let rows = 0;
    for (const file of await weighedFiles(loaded)) {
      for await (const events of chain.ingest(file)) {
        const message = chain.featurize(received(chain.select(received(events)).message));
        const block = decodeFeatures(received(message), chain.expected);
        const found = moments.process(block.features, block.columns, block.source);
        if (found !== undefined) tree.push(found);
        features.push(message);
        rows += block.record.rows;
      }
    }
    const scaler = freezeScaler(tree.result()!, layout.kinds, scalerOptions(config));
    const scaled = (operator: ScalerOperator) =>
      size(features.map((message) => chain.scale(received(message), operator)));
    const size = (messages: readonly WireMessage[]) =>
      messages.reduce((sum, { key, value, headers }) => {
        const text = Buffer.byteLength(key + Object.entries(headers).flat().join(''));
        return sum + text + value.length;
      }, 0) / rows;
    return {
      features: size(features),
      scaled: scaled(new ScalerOperator(scaler, layout.maskWords)),
      withHighLevel: scaled(new ScalerOperator(scaler, layout.maskWords, new HighLevelRows(config))),
    };
  });
}

test('features and scaled take less than 250 bytes an event on the shipped sample', async () => {
  const { features, scaled, withHighLevel } = await bytesAnEvent(samplesOf(join(samples, 'mc')));
  // What they take now, and a little: 250 would hide that a column came in twice.
  assert.ok(features < 170, `features: ${features} bytes an event`);
  assert.ok(scaled < 180, `scaled: ${scaled} bytes an event`);
  assert.ok(withHighLevel < 240, `scaled with high-level features: ${withHighLevel} bytes an event`);
});

const shared = join(sharedFolder, 'data', 'mc');

if (existsSync(shared)) {
  test('features and scaled take less than 250 bytes an event on the shared simulation', async () => {
    // One file has corrupt weights on purpose, which the weighing refuses to mix with its own channel.
    const list = samplesOf(shared).filter(({ name }) => !name.includes('corrupt'));
    const { features, scaled, withHighLevel } = await bytesAnEvent(list);
    assert.ok(features < 250, `features: ${features} bytes an event`);
    assert.ok(scaled < 250, `scaled: ${scaled} bytes an event`);
    assert.ok(withHighLevel < 250, `scaled with high-level features: ${withHighLevel} bytes an event`);
  });
}
