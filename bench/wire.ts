/**
 * The hops of the Kafka engine without Kafka: microseconds of one core an event (an entry of the input) for reading
 * the message, the operator and writing the next message, and events/s of the three together.
 * usage: node dist/bench/wire.js [--events 200000] [--rounds 7] [--data FOLDER] [--features rmm]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnReaderFrom } from '../lib/columnar/root/index.js';
import { loadConfig } from '../lib/config/index.js';
import type { BlockSource } from '../lib/flow/block-source.js';
import { blockEntries } from '../lib/flow/ranges.js';
import { freezeScaler } from '../lib/learning/scaler.js';
import { createProgress } from '../lib/telemetry/progress.js';
import { amplify } from '../services/amplify/amplify.js';
import { countSplits } from '../services/featurizer/block-record.js';
import { objectFieldsOf } from '../services/featurizer/config.js';
import { FeaturizerOperator } from '../services/featurizer/operator.js';
import { RowTable } from '../services/featurizer/row-table.js';
import { EventWidener } from '../services/ingest/event-widener.js';
import { eventFieldsOf } from '../services/ingest/needed.js';
import { ingestOf } from '../services/pipeline/event-pass.js';
import { openInputs } from '../services/pipeline/input-plan.js';
import { weighInputs } from '../services/pipeline/weigh-phase.js';
import { startWorkers } from '../services/pipeline/workers.js';
import { momentsTree } from '../services/scaler/block-moments.js';
import { scalerOptions } from '../services/scaler/config.js';
import { MomentsOperator, ScalerOperator } from '../services/scaler/operator.js';
import { compactEvents } from '../services/selector/compact-events.js';
import { selectionOf } from '../services/selector/config.js';
import { flowRecord } from '../services/selector/flow-record.js';
import { SelectorOperator } from '../services/selector/operator.js';
import { EventRestorer } from '../services/selector/restore-events.js';
import { trainingPart } from '../services/trainer/training-part.js';
import { decodeEvents, encodeEvents } from '../services/wire/events.js';
import { decodeFeatures, encodeFeatures, type FeaturesBlock } from '../services/wire/features.js';
import type { IncomingMessage, WireMessage } from '../services/wire/message.js';
import { decodeScaled, encodeScaled } from '../services/wire/scaled.js';
import { decodeSelected, encodeSelected } from '../services/wire/selected.js';
import { backgroundFiles } from './support/inputs.js';
import { option, print } from './support/measured.js';

const events = Number(option('events', '200000'));
const rounds = Number(option('rounds', '7'));

/** A message as a client hands it over, not aligned to anything. */
function received({ key, value, headers }: WireMessage): IncomingMessage {
  const placed = new Uint8Array(value.length + 3).subarray(3);
  placed.set(value);
  return { key, value: placed, headers: new Map(Object.entries(headers)) };
}

const folder = mkdtempSync(join(tmpdir(), 'rmmstream-bench-'));
const path = join(folder, 'events.root');
await amplify({ inputs: backgroundFiles(), output: path, size: { type: 'events', value: events }, seed: 1 });
const { config, profile } = loadConfig({
  environment: {},
  overrides: [{ path: 'features.type', value: option('features', 'rmm'), flag: '--features' }],
  currentDirectory: folder,
  needs: 'none',
  resolveFiles: false,
});
const signal = new AbortController().signal;
const progress = createProgress({ style: 'none', write: () => undefined, nowMs: () => 0 });
const opened = await openInputs(
  [{ name: 'bench', kind: 'background', files: [{ name: 'events.root', path }] }],
  { config, profile, verify: false, signal, onFile: () => undefined },
);
const pool = startWorkers({ config, profile, directory: '', modelFolder: '', threads: 1 });
const { files } = await weighInputs(opened, pool, {
  progress,
  signal,
  nowMs: () => 0,
  luminosityPb: config.luminosity_fb * 1000,
  sharedChannels: 'any',
  recordFolder: undefined,
});
await pool.close();
const file = files[0]!;
const sources: BlockSource[] = [];
for (let first = 0; first < file.entries; first += blockEntries) {
  const entries = Math.min(blockEntries, file.entries - first);
  const { sample, kind, name, fingerprint } = file;
  sources.push({ sample, kind, file: name, fingerprint, first, entries });
}

/** Seconds by part of a hop: the least over all rounds. */
const seconds = new Map<string, Map<string, number>>();
let current = new Map<string, number>();

/** Runs `work` and adds what it took to a part of the hop in work. */
function timed<Result>(part: string, work: () => Result): Result {
  const start = performance.now();
  const result = work();
  current.set(part, (current.get(part) ?? 0) + (performance.now() - start) / 1000);
  return result;
}

/** Runs a hop over all messages, round after round; the messages of the last round. */
function hop<Input>(
  name: string,
  inputs: readonly Input[],
  step: (input: Input) => WireMessage | undefined,
): IncomingMessage[] {
  let sent: WireMessage[] = [];
  for (let round = 0; round < rounds; round += 1) {
    sent = [];
    current = new Map();
    for (const input of inputs) {
      const message = step(input);
      if (message !== undefined) sent.push(message);
    }
    const best = seconds.get(name) ?? new Map<string, number>();
    for (const [part, took] of current) best.set(part, Math.min(best.get(part) ?? took, took));
    seconds.set(name, best);
  }
  const parts = seconds.get(name)!;
  const micro = (part: string) => (((parts.get(part) ?? 0) / events) * 1e6).toFixed(3).padStart(7);
  const whole = [...parts.values()].reduce((sum, part) => sum + part, 0);
  const bytes = sent.reduce((sum, { value }) => sum + value.length, 0) / events;
  print(
    `${name.padEnd(12)} decode ${micro('decode')}  operator ${micro('operator')}  encode ${micro('encode')} us/event;` +
      ` ${Math.round(events / whole / 1000)
        .toString()
        .padStart(6)} k events/s; ${bytes.toFixed(0)} bytes an event out`,
  );
  return sent.map(received);
}

const ingest = ingestOf({ config, profile }, file);
const reader = await columnReaderFrom(file.metadata, profile.tree, ingest.branches);
const eventMessages = hop('ingest', sources, (source) => {
  const raw = timed('operator', () =>
    ingest.process(reader.read(source.first, source.entries), source.entries),
  );
  return timed('encode', () => encodeEvents({ source, medianWeight: file.medianWeight, events: raw }));
});
reader.close();

const widener = new EventWidener();
const selector = new SelectorOperator(selectionOf(config));
const read = eventFieldsOf(config, profile);
const fields = objectFieldsOf(config);
const selectedMessages = hop('selector', eventMessages, (message) => {
  const { source, medianWeight, events: raw } = timed('decode', () => decodeEvents(message, read));
  const { record, compact } = timed('operator', () => {
    const { selected, flow } = selector.process(widener.widen(raw), source, medianWeight);
    const { count: rows, unclassifiedJets } = selected;
    return {
      record: { rows, flow: flowRecord(flow), unclassifiedJets },
      compact: compactEvents(raw, selected, fields),
    };
  });
  return timed('encode', () => encodeSelected({ source, record, compact }));
});

const restorer = new EventRestorer();
const featurizer = new FeaturizerOperator(config);
const { layout } = featurizer;
const expected = { layout, megasets: config.training.megasets };
const table = new RowTable(blockEntries);
const featureMessages = hop('featurizer', selectedMessages, (message) => {
  const { source, record, compact } = timed('decode', () => decodeSelected(message, fields));
  const block = timed('operator', (): FeaturesBlock => {
    table.clear();
    const { events: restoredEvents, selected } = restorer.restore(compact, source);
    const features = featurizer.process(restoredEvents, selected, compact.index, source, table);
    const columns = table.slice(0, table.rows);
    const rowsBySplit = countSplits(columns.split);
    return {
      source,
      record: { ...record, surplusObjects: features.surplus, rowsBySplit },
      layout: layout.id,
      features,
      columns,
    };
  });
  return timed('encode', () => encodeFeatures(block));
});

const moments = new MomentsOperator(layout, config.scaler.weights);
let tree = momentsTree();
hop('moments', featureMessages, (message) => {
  const { features, columns, source } = timed('decode', () => decodeFeatures(message, expected));
  if (source.first === 0) tree = momentsTree();
  const found = timed('operator', () => moments.process(features, columns, source));
  if (found !== undefined) tree.push(found);
  return undefined;
});

const scaler = freezeScaler(tree.result()!, layout.kinds, scalerOptions(config));
const scaling = new ScalerOperator(scaler, layout.maskWords);
const scaledMessages = hop('scaler', featureMessages, (message) => {
  const { source, record, features, columns } = timed('decode', () => decodeFeatures(message, expected));
  const scaled = timed('operator', () => scaling.process(features, columns));
  return timed('encode', () => encodeScaled({ source, record, layout: layout.id, scaled, columns }));
});

hop('trainer', scaledMessages, (message) => {
  const { scaled, columns } = timed('decode', () => decodeScaled(message, expected));
  timed('operator', () => trainingPart(scaled, columns, 0, { ...expected, validationShare: 1 }));
  return undefined;
});
rmSync(folder, { recursive: true });
