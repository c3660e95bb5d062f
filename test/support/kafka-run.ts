import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { encodeBatch } from '../../lib/columnar/arrow/encode.js';
import { featureSchema } from '../../lib/columnar/arrow/feature-batch.js';
import { type PlainTable, readTables } from './tables.js';

/** Writes FOLDER/NAME like FOLDER/analysis.yaml, to be run over Kafka. */
export function writeKafkaConfig(
  folder: string,
  name: string,
  brokers: readonly string[],
  kafka: Readonly<Record<string, unknown>>,
  engine: Readonly<Record<string, unknown>> = {},
): string {
  const given = JSON.parse(readFileSync(join(folder, 'analysis.yaml'), 'utf8')) as {
    engine?: Record<string, unknown>;
  };
  const path = join(folder, name);
  const whole = { ...given, engine: { ...given.engine, type: 'kafka', brokers, ...engine }, kafka };
  writeFileSync(path, JSON.stringify(whole, null, 1));
  return path;
}

/** Sees that a run over Kafka has given what the embedded engine gives, bit for bit. */
export async function assertSameRun(kafka: string, embedded: string): Promise<void> {
  assert.deepEqual(runRecord(kafka), runRecord(embedded));
  const modelFiles = readdirSync(join(embedded, 'model')).sort();
  assert.deepEqual(readdirSync(join(kafka, 'model')).sort(), modelFiles);
  for (const name of ['cutflow.json', 'model.zip', ...modelFiles.map((file) => join('model', file))])
    assert.ok(readFileSync(join(kafka, name)).equals(readFileSync(join(embedded, name))), `${name} differs`);
  assert.deepEqual(filesOf(join(kafka, 'dead-letters')), filesOf(join(embedded, 'dead-letters')));
  assert.deepEqual(await scoreRows(kafka), await scoreRows(embedded));
  const features = featureBlocks(kafka);
  const expected = featureBlocks(embedded);
  assert.deepEqual([...features.keys()].sort(), [...expected.keys()].sort());
  for (const [block, bytes] of expected)
    assert.ok(features.get(block)!.equals(bytes), `features of ${block} differ`);
}

/** run.json without its timing. */
export function runRecord(directory: string): unknown {
  const { timing, ...rest } = JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  assert.ok(timing !== undefined);
  return rest;
}

function filesOf(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Score rows by file and entry, each as the text of all its columns. @throws where one comes twice */
export async function scoreRows(directory: string): Promise<Map<string, string>> {
  const table: PlainTable = await readTables(join(directory, 'scores'));
  const names = Object.keys(table);
  const rows = new Map<string, string>();
  const sorted: [string, string][] = [];
  for (let row = 0; row < (table.entry?.length ?? 0); row += 1) {
    const key = `${String(table.file![row])} ${String(table.entry![row]).padStart(12, '0')}`;
    sorted.push([key, names.map((name) => String(table[name]![row])).join(' ')]);
  }
  sorted.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  for (const [key, text] of sorted) {
    assert.ok(!rows.has(key), `${key} is scored twice`);
    rows.set(key, text);
  }
  return rows;
}

/** Feature batches by file and first entry. */
function featureBlocks(directory: string): Map<string, Buffer> {
  const blocks = new Map<string, Buffer>();
  const folder = join(directory, 'features');
  for (const name of readdirSync(folder)) {
    const reader = new BatchFileReader(join(folder, name), featureSchema);
    for (let number = 0; number < reader.batches; number += 1) {
      const batch = reader.batch(number);
      const key = `${batch.source.file} ${batch.source.firstEntry}`;
      assert.ok(!blocks.has(key), `${key} is there twice`);
      blocks.set(key, Buffer.from(encodeBatch(batch)));
    }
    reader.close();
  }
  return blocks;
}
