import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { systemClock } from '../../../lib/base/clock.js';
import { type LoadedConfig, loadConfig } from '../../../lib/config/index.js';
import { inputOffsetHeader, positionHeader } from '../../../lib/flow/partitions/hop-position.js';
import type { FetchedMessage, KafkaClient, OutgoingMessage } from '../../../lib/kafka/client.js';
import { createProgress } from '../../../lib/telemetry/progress.js';
import {
  type ProgressRecord,
  progressMessage,
  readProgress,
} from '../../../services/kafka/progress-records.js';
import { withRunView } from '../../../services/kafka/run-view.js';
import { type DataTopic, dataTopics, RunNames, topicSpecs } from '../../../services/kafka/topics.js';
import { readLedger } from '../../../services/ledger/read-ledger.js';
import { type CliResult, inFolder, runCli } from '../../support/cli.js';
import { openForTest } from '../../support/kafka/clients.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { poisons, withoutLimit, writeMessages } from '../../support/kafka/poison.js';
import { readAll } from '../../support/kafka/read-all.js';
import { writeKafkaConfig } from '../../support/kafka-run.js';
import { startService, untilTrue } from '../../support/kafka-services.js';
import { copyRootFile } from '../../support/root-copy.js';
import { quick, runWell, sampleFile, shipped, writeConfig } from '../../support/small-run.js';
import { readTables } from '../../support/tables.js';

const partitions = 4;
const maxMessageBytes = 1_048_576;
const settings = { ...quick, training: { ...quick.training, validation_events: 500 } };

/** One block each, so block k is on partition k mod 4. */
const background = ['zz', 'ttbar', 'ww', 'zmumu'].map((name) => shipped(`mc/${name}`, 'background'));
const more = ['wz', 'higgs_ww', 'higgs_zz'].map((name) => shipped(`mc/${name}`, 'background'));

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

function kafkaOf(prefix: string) {
  return {
    prefix,
    topics: { partitions, max_message_bytes: maxMessageBytes },
    sink_window_offsets: 2,
    retry_max_ms: 500,
  };
}

/** A command on the run of a configuration that ends well; what it printed for programs. */
async function json<Result>(args: readonly string[]): Promise<Result> {
  const result = await runWell([...args, '--json']);
  return JSON.parse(result.stdout) as Result;
}

interface LedgerJson {
  readonly state: string;
  readonly totals: Readonly<Record<string, number>>;
  readonly files: readonly (Readonly<Record<string, number>> & {
    readonly sample: string;
    readonly wrong: readonly { readonly problems: readonly string[] }[];
  })[];
  readonly foreign: { readonly letters: readonly { readonly id: string; readonly reason: string }[] };
}

interface ListJson {
  readonly reasons: Readonly<Record<string, number>>;
  readonly letters: readonly {
    readonly id: string;
    readonly topic: string;
    readonly reason: string;
    readonly state: string;
    readonly entry?: number;
  }[];
}

interface Redriven {
  readonly redriven: readonly { readonly topic: string; readonly late: boolean; readonly outcome: string }[];
}

function errorOf({ code, stderr }: CliResult): { exit: number | null; code: string; message: string } {
  const found = /error\[(\w+)\]: ([^\n]*)/.exec(stderr);
  return { exit: code, code: found?.[1] ?? '', message: found?.[2] ?? stderr };
}

test('poison on every data topic, lost and damaged blocks, broken events: found, repaired, counted once', {
  skip: kafkaSkip,
}, async (t) => {
  await inFolder(async (folder) => {
    const corrupt = join(folder, 'corrupt.root');
    await copyRootFile({
      from: sampleFile('mc/zprime2000_mumu'),
      to: corrupt,
      change: (branch, { values }) => {
        if (branch === 'mcWeight')
          (values as Float32Array).set([Number.NaN, Number.POSITIVE_INFINITY, 1e30, Number.NaN], 5);
      },
    });
    const signal = { name: 'corrupt', kind: 'signal' as const, files: [corrupt] };
    writeConfig(folder, [...background, signal, ...more], settings);
    const first = writeKafkaConfig(folder, 'first.yaml', cluster.brokers, kafkaOf('first'));
    const second = writeKafkaConfig(folder, 'second.yaml', cluster.brokers, kafkaOf('second'));
    const out = { first: join(folder, 'first'), second: join(folder, 'second') };
    for (const [file, directory] of [
      [first, out.first],
      [second, out.second],
    ] as const) {
      const given = JSON.parse(readFileSync(file, 'utf8')) as object;
      writeFileSync(file, JSON.stringify({ ...given, output: { directory } }));
    }
    const client = await openForTest(cluster.brokers, { maxMessageBytes: 4 * maxMessageBytes });

    await t.test('poison: one dead letter each, the flow goes on, the ledger closes', async () => {
      await poisonRun(client, first, out.first);
    });
    await t.test('blocks that are damaged on any topic, and broken events', async (sub) => {
      const loaded = loadFor(second);
      await fillDamaged(client, second);
      const limit = await largestOthers(client);
      await runServices(client, loaded, second, limit);
      await sub.test('the ledger names what is missing, and where the rest is', () =>
        foundBroken(second, out.second),
      );
      await sub.test('redriven, run again: the ledger closes', () => repaired(folder, second, out));
    });
    await t.test('replay with the own model gives the same bits, and goes on where it stopped', () =>
      replayed(folder, second, out),
    );
  });
});

async function poisonRun(client: KafkaClient, config: string, out: string): Promise<void> {
  await runWell(['topics', 'create', config]);
  const names = new RunNames('first');
  const sent = poisons(2 * maxMessageBytes);
  const specs = topicSpecs(names, loadFor(config).config.kafka.topics);
  await withoutLimit(
    cluster.brokers,
    specs.filter(({ name }) => dataTopics.some((topic) => names.topic(topic) === name)),
    async () => {
      for (const [number, { topic, message }] of sent.entries())
        await writeMessages(client, names.topic(topic), number % partitions, [message]);
    },
  );
  await runWell(['run', config]);

  const { letters, reasons } = await json<ListJson>(['dlq', 'list', config, '--topic', 'selected']);
  assert.equal(letters.length, 4);
  assert.deepEqual(Object.values(reasons), [1, 1, 1, 1]);
  const all = await json<ListJson>(['dlq', 'list', config]);
  const found = all.letters
    .map(({ topic, reason }) => `${topic} ${reason}`)
    .filter((text) => text.includes('wire_'));
  assert.deepEqual(found.sort(), sent.map(({ topic, reason }) => `first.${topic} ${reason}`).sort());
  assert.ok(all.letters.every(({ state, reason }) => (state === 'foreign') === reason.startsWith('wire_')));

  const ledger = await json<LedgerJson>(['ledger', config]);
  assert.equal(ledger.state, 'closed');
  assert.equal(ledger.foreign.letters.length, sent.length);
  const { entries, scored, cut, dead_letters: dead, missing, doubled } = ledger.totals;
  assert.equal(entries, scored! + cut! + dead!);
  assert.deepEqual([dead, missing, doubled], [4, 0, 0]);
  const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
  assert.equal(run.events.in_dead_messages, undefined, 'foreign messages are nobody’s entries');
  assert.deepEqual([run.events.read, run.events.scored], [entries, scored]);

  const large = all.letters.find(({ reason }) => reason === 'wire_message_too_large')!;
  const body = join(out, '..', 'body.bin');
  await runWell(['dlq', 'show', config, large.id, '--body', body]);
  assert.equal(
    statSync(body).size,
    2 * maxMessageBytes,
    'a body that its letter leaves out is read where it lay',
  );
}

/** What the first run has on a topic, by block, without poison. */
async function ownMessages(client: KafkaClient, topic: DataTopic): Promise<Map<number, FetchedMessage>> {
  const found = new Map<number, FetchedMessage>();
  for (let partition = 0; partition < partitions; partition += 1) {
    let block = partition;
    for (const message of await readAll(client, `first.${topic}`, partition)) {
      if (!message.headers.has(inputOffsetHeader)) continue;
      found.set(block, message);
      block += partitions;
    }
  }
  return found;
}

/**
 * Makes topics as if a run had come so far, with one block damaged on its way: events of block 0, selected of block 1,
 * features of block 2; block 3 and those behind are sound.
 */
async function fillDamaged(client: KafkaClient, config: string): Promise<void> {
  await runWell(['topics', 'create', config]);
  const names = new RunNames('second');
  const known = (await readAll(client, 'first.progress')).map(readProgress);
  const records = known.flatMap((record): ProgressRecord[] => {
    if (record.type === 'run') return [{ ...record, topics: '00c0ffee' }];
    return record.type === 'file' || record.type === 'planned' ? [record] : [];
  });
  await writeMessages(client, names.topic('progress'), 0, records.map(progressMessage));
  const events = await ownMessages(client, 'events');
  const selected = await ownMessages(client, 'selected');
  const features = await ownMessages(client, 'features');
  const damaged = Buffer.from(events.get(0)!.value!);
  damaged[1000]! ^= 1;
  const lines: [
    DataTopic,
    number,
    Map<number, FetchedMessage>,
    (message: OutgoingMessage) => OutgoingMessage,
  ][] = [
    ['events', 0, events, (message) => ({ ...message, value: damaged })],
    ['events', 1, events, same],
    ['events', 2, events, same],
    ['events', 3, events, same],
    [
      'selected',
      1,
      selected,
      ({ headers }) => ({
        key: null,
        value: Buffer.from('nothing of ours'),
        headers: {
          [inputOffsetHeader]: headers[inputOffsetHeader]!,
          [positionHeader]: headers[positionHeader]!,
        },
      }),
    ],
    ['selected', 2, selected, same],
    [
      'features',
      2,
      features,
      (message) => ({ ...message, headers: { ...message.headers, schema: 'rmmstream.other' } }),
    ],
  ];
  for (const [topic, partition, from, damage] of lines) {
    const messages = [partition, partition + partitions].map((block, place) => {
      const message = copied(from.get(block)!, place);
      return place === 0 ? damage(message) : message;
    });
    await writeMessages(client, names.topic(topic), partition, messages);
  }
}

function same(message: OutgoingMessage): OutgoingMessage {
  return message;
}

/** The message as the hop of the new topics would have written it: it came from offset `place`. */
function copied({ key, value, headers }: FetchedMessage, place: number): OutgoingMessage {
  const at = JSON.stringify([place, place + 1, place + 1, 0, 0]);
  return {
    key,
    value,
    headers: { ...Object.fromEntries(headers), [inputOffsetHeader]: String(place), [positionHeader]: at },
  };
}

/** A limit that the scaled rows of block 3 are above, and those of all other blocks below. */
async function largestOthers(client: KafkaClient): Promise<number> {
  const scaled = await ownMessages(client, 'scaled');
  const size = (block: number) => scaled.get(block)!.value!.length;
  const others = [0, 4, 5, 6, 7].map(size);
  const limit = Math.max(...others) + 20_000;
  assert.ok(size(3) > limit && limit > 65_536, `${size(3)} bytes, others ${others.join(', ')}`);
  return limit;
}

/**
 * Every service as a process of its own, the scorer with a lower limit; the ledger is looked at all the time. Block 0
 * is sent again before the scaler is frozen: it is trained on like any other.
 */
async function runServices(
  client: KafkaClient,
  loaded: LoadedConfig,
  config: string,
  limit: number,
): Promise<void> {
  const services = ['ingest', 'selector', 'featurizer'].map((name) => startService(name, config));
  let zz: string | undefined;
  await untilTrue('there is a dead letter of block 0', async () => {
    const { letters } = await json<ListJson>(['dlq', 'list', config, '--topic', 'events']);
    zz = letters.find(({ reason }) => reason === 'wire_checksum_wrong')?.id;
    return zz !== undefined;
  });
  assert.equal(errorOf(await runCli(['dlq', 'redrive', config, zz!])).code, 'letter_not_redrivable');
  const { redriven } = await json<Redriven>(['dlq', 'redrive', config, zz!, '--from-source']);
  assert.deepEqual(
    redriven.map(({ topic, late, outcome }) => [topic, late, outcome]),
    [['events', false, 'taken']],
  );
  services.push(startService('scaler', config), startService('trainer', config));
  services.push(startService('scorer', config, ['--set', `kafka.topics.max_message_bytes=${limit}`]));
  let ended = false;
  const all = Promise.all(services.map(({ result }) => result)).finally(() => {
    ended = true;
  });
  let looks = 0;
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (!existsSync(join(loaded.outputDirectory, '.work', 'kafka', 'claim.json'))) continue;
    const { totals } = await ledgerOf(client, loaded);
    assert.equal(totals.doubled, 0);
    assert.ok([0, 2400].includes(totals.missing), `${totals.missing} missing`);
    const { entries, scored, cut, dead, inFlight, missing } = totals;
    assert.equal(scored + cut + dead + inFlight + missing, entries);
    looks += 1;
  }
  for (const { code, stderr } of await all) assert.equal(code, 0, stderr);
  assert.ok(looks > 0);
}

function ledgerOf(client: KafkaClient, loaded: LoadedConfig) {
  const signal = new AbortController().signal;
  const silent = createProgress({ style: 'none', write: () => undefined, nowMs: () => 0 });
  return withRunView({ loaded, client, signal, random: Math.random, clock: systemClock }, (run) =>
    readLedger(run, silent),
  );
}

async function foundBroken(config: string, out: string): Promise<void> {
  const result = await runCli(['ledger', config, '--json']);
  assert.equal(result.code, 1);
  assert.match(result.stderr, /"code":"ledger_wrong"/);
  const ledger = JSON.parse(result.stdout) as LedgerJson;
  const of = (sample: string) => ledger.files.find((file) => file.sample === sample)!;
  assert.deepEqual([of('zz').dead_letters, of('ww').dead_letters, of('zmumu').dead_letters], [0, 1750, 3000]);
  assert.equal(of('corrupt').dead_letters, 4);
  assert.equal(of('ttbar').missing, 2400);
  assert.deepEqual(of('ttbar').wrong[0]?.problems, ['lost behind events']);
  assert.deepEqual(
    ['zz', 'wz', 'higgs_ww', 'higgs_zz'].map((sample) => of(sample).scored! + of(sample).cut!),
    [1500, 950, 600, 320],
  );
  assert.equal(ledger.totals.doubled, 0);
  assert.deepEqual(
    ledger.foreign.letters.map(({ reason }) => reason),
    ['wire_header_invalid'],
  );
  const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
  assert.equal(run.events.in_dead_messages, 1750 + 3000);
}

async function repaired(
  folder: string,
  config: string,
  out: { readonly first: string; readonly second: string },
): Promise<void> {
  const { letters } = await json<ListJson>(['dlq', 'list', config]);
  const byReason = (reason: string) => letters.find((letter) => letter.reason === reason)!.id;
  const event = (entry: number) => letters.find((letter) => letter.entry === entry)!.id;
  const redrive = (...args: string[]) => runCli(['dlq', 'redrive', config, ...args]);
  const lost = byReason('wire_header_invalid');
  const ww = byReason('wire_schema_unknown');
  const zmumu = byReason('wire_message_too_large');

  // What cannot work says so, and sends nothing.
  assert.equal(errorOf(await redrive(lost, '--from-source')).code, 'letter_not_redrivable');
  assert.equal(errorOf(await redrive(event(5), '--set', 'met=20')).code, 'letter_patch_invalid');
  assert.equal(errorOf(await redrive(event(5), '--set', 'wieght=1')).code, 'letter_patch_invalid');
  const unknown = errorOf(await redrive('events/0/0/1', '--set', 'weight=1'));
  assert.equal(unknown.code, 'letter_unknown');
  assert.match(unknown.message, /second\.events\/0\//);

  // Each block in its own way.
  await runWell(['dlq', 'redrive', config, lost, '--from-source', '--block', `${sampleFile('mc/ttbar')}:0`]);
  const bytes = join(folder, 'ww.bin');
  await runWell(['dlq', 'show', config, ww, '--body', bytes]);
  await runWell(['dlq', 'redrive', config, ww, '--file', bytes]);
  const remade = await json<Redriven>(['dlq', 'redrive', config, zmumu, '--from-source', '--dry-run']);
  assert.deepEqual(
    remade.redriven.map(({ topic, late, outcome }) => [topic, late, outcome]),
    [['scaled', true, 'taken']],
    'scaled rows are made from features',
  );
  await runWell(['dlq', 'redrive', config, zmumu, '--as-it-is']);

  // Events: by value, by file, and one that fails again.
  await runWell(['dlq', 'redrive', config, event(5), '--set', 'weight=0.0005']);
  const shown = await json<{ event: { record: Record<string, unknown> } }>(['dlq', 'show', config, event(6)]);
  const patched = join(folder, 'event.json');
  shown.event.record.weight = 0.0005;
  writeFileSync(patched, JSON.stringify(shown));
  await runWell(['dlq', 'redrive', config, event(6), '--file', patched]);
  const again = await json<Redriven>(['dlq', 'redrive', config, event(8), '--set', 'weight=1e9']);
  assert.equal(again.redriven[0]?.outcome, 'weight_absurd');
  assert.equal(errorOf(await redrive(event(5), '--set', 'weight=1')).code, 'letter_settled');

  const before = await json<ListJson>(['dlq', 'list', config]);
  assert.equal(before.letters.filter(({ state }) => state === 're-driven').length, 6);
  const open = await runCli(['ledger', config, '--json']);
  assert.match(open.stderr, /"code":"ledger_open"/);

  await runWell(['run', config]);
  const ledger = await json<LedgerJson>(['ledger', config]);
  assert.equal(ledger.state, 'closed');
  const { entries, scored, cut, late, dead_letters: dead } = ledger.totals;
  assert.equal(scored! + cut! + dead!, entries);
  assert.equal(dead, 2, 'the one that failed again and the one that was left');

  const run = JSON.parse(readFileSync(join(out.second, 'run.json'), 'utf8'));
  assert.deepEqual([run.events.read, run.events.scored, run.events.selected], [entries, scored, scored]);
  assert.equal(run.events.in_dead_messages, undefined);
  assert.deepEqual(run.samples.corrupt.dead_letters, { weight_absurd: 2 });

  const lines = readdirSync(join(out.second, 'dead-letters'))
    .filter((name) => name !== 'messages.jsonl')
    .flatMap((name) =>
      readFileSync(join(out.second, 'dead-letters', name), 'utf8')
        .trimEnd()
        .split('\n'),
    )
    .map((line) => JSON.parse(line) as { entry: number; reason: string });
  assert.deepEqual(
    lines.map(({ entry, reason }) => [entry, reason]),
    [
      [7, 'weight_absurd'],
      [8, 'weight_absurd'],
    ],
  );

  await compareRows(out, late!);
  const after = await json<ListJson>(['dlq', 'list', config, '--all']);
  const states = new Map(after.letters.map(({ id, state }) => [id, state]));
  assert.deepEqual(
    [ww, zmumu, event(5), event(6)].map((id) => states.get(id)),
    ['settled', 'settled', 'settled', 'settled'],
  );
  assert.equal(states.get(event(8)), 'superseded');
  assert.equal(states.get(event(7)), 'open');
  assert.equal(errorOf(await redrive(zmumu, '--as-it-is')).code, 'letter_settled');
}

/** Both runs have the same rows, but for the two events that were repaired; what came again is late. */
async function compareRows(
  out: { readonly first: string; readonly second: string },
  late: number,
): Promise<void> {
  const rows = async (directory: string) => {
    const table = await readTables(join(directory, 'scores'));
    const found = new Map<string, Record<string, unknown>>();
    table.entry!.forEach((entry, row) => {
      const key = `${String(table.sample![row])} ${String(entry)}`;
      assert.ok(!found.has(key), `${key} is scored twice`);
      found.set(key, Object.fromEntries(Object.keys(table).map((name) => [name, table[name]![row]])));
    });
    return found;
  };
  const expected = await rows(out.first);
  const found = await rows(out.second);
  const added = [...found.keys()].filter((key) => !expected.has(key));
  assert.deepEqual(added.sort(), ['corrupt 5', 'corrupt 6']);
  assert.equal(found.size, expected.size + 2);
  const facts = ['run_number', 'event_number', 'channel', 'weight', 'met', 'mll', 'ht', 'n_jets', 'flcomp'];
  const again = new Set(['ttbar', 'ww', 'zmumu']);
  let lateRows = 0;
  for (const [key, row] of found) {
    const before = expected.get(key);
    if (before !== undefined)
      assert.deepEqual(
        facts.map((name) => row[name]),
        facts.map((name) => before[name]),
        key,
      );
    assert.equal(row.late, again.has(String(row.sample)) || added.includes(key), key);
    if (row.late === true) {
      lateRows += 1;
      assert.ok(row.split === 'test' || row.split === 'none', 'late rows are never trained on');
      assert.equal(row.megaset, -1);
    } else assert.deepEqual([row.split, row.megaset], [before?.split, before?.megaset], key);
  }
  assert.equal(lateRows, late);
}

async function replayed(
  folder: string,
  config: string,
  out: { readonly first: string; readonly second: string },
): Promise<void> {
  const texts = async (directory: string, but: readonly string[]) => {
    const table = await readTables(join(directory, 'scores'));
    const columns = Object.keys(table).filter((name) => !but.includes(name));
    return new Map(
      table.entry!.map((entry, row): [string, string] => [
        `${String(table.sample![row])} ${String(entry)}`,
        columns.map((name) => String(table[name]![row])).join(' '),
      ]),
    );
  };
  const own = join(folder, 'own');
  const args = ['replay', config, '--model', join(out.second, 'model'), '--output', own];
  const outcome = await json<{ scored: number; files: number; late: number }>(args);
  // Block 3 came again on scaled only: on features it is as it was in time.
  const marks = ['split', 'megaset', 'late'];
  const original = await texts(out.second, []);
  assert.equal(outcome.scored, original.size);
  sameTexts(await texts(own, marks), await texts(out.second, marks));
  const inTime = (rows: ReadonlyMap<string, string>) =>
    new Map([...rows].filter(([key]) => !key.startsWith('zmumu ')));
  const whole = inTime(await texts(own, []));
  sameTexts(whole, inTime(original));

  // A file that is gone is made again, and only that.
  const files = readdirSync(join(own, 'scores')).sort();
  assert.equal(files.length, outcome.files);
  const times = (name: string) => statSync(join(own, 'scores', name)).mtimeMs;
  const before = files.map(times);
  rmSync(join(own, 'scores', files[1]!));
  assert.deepEqual(await json(args), outcome);
  assert.deepEqual(
    files.map((name, place) => times(name) === before[place]),
    files.map((_, place) => place !== 1),
  );
  sameTexts(inTime(await texts(own, [])), whole);

  // Another model, with the scaler in it: what that model gave where it was made, but for what is late here.
  const other = await json<{ directory: string }>(['replay', config, '--model', join(out.first, 'model')]);
  const expected = await texts(out.first, marks);
  const found = await texts(other.directory, marks);
  sameTexts(new Map([...expected.keys()].map((key) => [key, found.get(key) ?? 'not there'])), expected);
  assert.equal(errorOf(await runCli(['replay', config, '--model', 'none'])).code, 'model_missing');
}

/** Says of two sets of rows which is the first that differs, and no more. */
function sameTexts(found: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): void {
  assert.equal(found.size, expected.size);
  for (const [key, text] of expected) assert.equal(found.get(key), text, key);
}

function loadFor(file: string): LoadedConfig {
  return loadConfig({ file, environment: {}, currentDirectory: '/', needs: 'none', resolveFiles: false });
}
