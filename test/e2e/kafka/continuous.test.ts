import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { blockEntries } from '../../../lib/flow/ranges.js';
import type { DriftReport } from '../../../services/scaler/drift-report.js';
import { childrenOf } from '../../support/chaos.js';
import { inFolder, startCli } from '../../support/cli.js';
import { EndlessRun, pairTraining } from '../../support/endless-run.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { scoreRows } from '../../support/kafka-run.js';
import { metricOf, type StartedService, startService, untilTrue } from '../../support/kafka-services.js';
import { ServiceLog } from '../../support/service-log.js';
import { runWell } from '../../support/small-run.js';
import { readTable } from '../../support/tables.js';

const killedRounds = process.env.RMMSTREAM_TEST_LONG === '1' ? 8 : 1;

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

/** Processes of the run, with their ends. */
const started: { readonly child: ChildProcess; readonly result: Promise<unknown> }[] = [];

/** A new folder for a run. Of one that failed nothing goes on, and nothing writes any more when it is deleted. */
function inRunFolder(body: (folder: string) => Promise<void>): Promise<void> {
  return inFolder((folder) =>
    body(folder).finally(async () => {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ result }) => result));
    }),
  );
}

/** A service with its log. */
interface Watched extends StartedService {
  readonly log: ServiceLog;
}

function start(name: string, run: EndlessRun): Watched {
  const service = startService(name, run.config);
  started.push(service);
  return { ...service, log: new ServiceLog(service.child) };
}

test('a run without end: files come, models follow each other, drift is seen, kills and stops change nothing', {
  skip: kafkaSkip,
}, async (t) => {
  await inRunFolder(async (folder) => {
    const run = new EndlessRun(folder, cluster.brokers);
    await runWell(['topics', 'create', run.config]);
    const [ingest, scaler, firstTrainer, firstScorer, ...others] = [
      ...['ingest', 'scaler', 'trainer', 'scorer'],
      ...['selector', 'featurizer', 'scorer'],
    ].map((name) => start(name, run)) as [Watched, Watched, Watched, Watched, ...Watched[]];
    const trainers = [firstTrainer];
    const published = () => trainers.flatMap(({ log }) => log.having({ event: 'model_published' }));
    const modelOf = (generation: number) =>
      untilTrue(`generation ${generation} gives a model`, async () =>
        published().some((line) => line.generation === generation),
      );

    await takesWhatStandsStill(run, ingest.log);
    const frozen = await scaler.log.until({ event: 'scaler_frozen' });
    await modelOf(0);
    await seesDrift(run, scaler);
    await modelOf(2);

    // Kills in the middle: of a scorer whose windows are open, of the trainer in its training.
    let scorer = firstScorer;
    let rounds = 0;
    for (let inTraining = 0; inTraining < killedRounds; rounds += 1) {
      assert.ok(rounds < 4 * killedRounds, 'the trainer is always done before it is killed');
      const trainer = trainers.at(-1)!;
      const closed = trainers.flatMap(({ log }) => log.having({ event: 'generation_closed' }));
      const generation = Math.max(...closed.map((line) => Number(line.generation))) + 1;
      await run.drop(`zee-k${rounds}`, { times: 4 });
      await run.drop(`ttbar-k${rounds}`);
      await run.drop(`zprime-k${rounds}`);
      await ingest.log.until({ event: 'file_taken', file: `in/zee-k${rounds}.root` });
      scorer.child.kill('SIGKILL');
      scorer = start('scorer', run);
      await trainer.log.until({ event: 'generation_closed', generation });
      trainer.child.kill('SIGKILL');
      await trainer.result;
      if (trainer.log.having({ event: 'model_published', generation }).length === 0) inTraining += 1;
      trainers.push(start('trainer', run));
      await modelOf(generation);
      const again = trainers.at(-1)!.log.having({ event: 'generation_closed', generation });
      assert.deepEqual(again, [], 'what makes the generation was on record');
    }

    const files = 6 + 3 * rounds;
    await closes(run, files);
    const rest = [ingest, scaler, trainers.at(-1)!, scorer, ...others];
    for (const { child } of rest) child.kill('SIGTERM');
    for (const { name, result } of rest) {
      const { code, stderr } = await result;
      assert.equal(code, 0, `${name}: ${stderr}`);
    }
    const rows = await scoreRows(run.output);
    const all = await goesOn(run, files, rows);

    const models = await modelsOfFiles(run.output, String(frozen.scaler));
    t.diagnostic(`${published().length} models, rows of each: ${[...models.values()].join(', ')}`);
    assert.ok(models.size > 2);
    const inOrder = published().map(({ model }) => String(model));
    const used = inOrder.filter((model) => models.has(model));
    assert.equal(used[0], inOrder[0], 'what came before it waited for the first model');
    for (const model of [used[0]!, used.at(-1)!]) {
      const directory = join(folder, `replay-${model}`);
      await runWell(['replay', run.config, '--model', model, '--output', directory]);
      await isReplay(directory, run.output, model, { all: all.size, own: models.get(model)! });
    }
  });
});

/** A file is taken when it no longer grows, and not again under another name. */
async function takesWhatStandsStill(run: EndlessRun, log: ServiceLog): Promise<void> {
  const growing = await run.begin('ttbar-0');
  await run.drop('zee-0');
  await untilTrue('the file that stands still is taken', async () => {
    growing.grow();
    return log.having({ event: 'file_taken', file: 'in/zee-0.root' }).length > 0;
  });
  assert.deepEqual(log.having({ file: 'in/ttbar-0.root' }), [], 'it grows: it was left alone');
  growing.end();
  const taken = await log.until({ event: 'file_taken', file: 'in/ttbar-0.root' });
  assert.equal(taken.entries, 2400);
  run.copy('zee-0', 'zee-copy');
  await log.until({ event: 'file_again', file: 'in/zee-copy.root', taken_as: 'in/zee-0.root' });
}

/** Of two pairs of files the second one has harder leptons: drift.json and metrics say so. */
async function seesDrift(run: EndlessRun, scaler: Watched): Promise<void> {
  const report = () => JSON.parse(readFileSync(join(run.output, 'drift.json'), 'utf8')) as DriftReport;
  const windows = (count: number) =>
    untilTrue(`drift.json has ${count} windows`, async () => report().windows.length >= count);
  await run.drop('zee-1', { hasBadWeight: true });
  await run.drop('ttbar-1');
  await windows(1);
  await run.drop('zee-2', { harder: 2 });
  await run.drop('ttbar-2', { harder: 2 });
  await windows(2);
  const { windows: found, limit } = report();
  assert.equal(found.length, 2);
  const [same, moved] = found;
  // One of the events cannot be used, and may have been for training.
  assert.ok([pairTraining, pairTraining - 1].includes(same!.rows), `${same!.rows} rows`);
  const largest = (kinds: DriftReport['windows'][0]['kinds']) =>
    Math.max(...kinds.map(({ largestShift }) => largestShift));
  assert.ok(largest(same!.kinds) < 0.05, JSON.stringify(same));
  assert.ok(same!.kinds.every(({ drifting }) => drifting === 0));
  assert.ok(largest(moved!.kinds) > limit, JSON.stringify(moved));
  assert.ok(
    moved!.features.some(({ name, shift }) => /^eT\([em]1\)$|^mT\([em]1\)$/.test(name) && shift > limit),
  );
  for (const { kind, largestShift, drifting } of moved!.kinds) {
    const series = (metric: string) => `rmmstream_${metric}{stage="scaler",kind="${kind}"}`;
    assert.equal(await metricOf(scaler, series('drift_deviations')), largestShift);
    assert.equal(await metricOf(scaler, series('drifting_features')), drifting);
  }
}

/** Waits until the ledger closes over so many files; what it says. */
async function closes(run: EndlessRun, files: number) {
  let last: Awaited<ReturnType<EndlessRun['ledger']>> | undefined;
  await untilTrue(`the ledger closes over ${files} files`, async () => {
    last = await run.ledger();
    return last.page.files.length >= files && last.result.code === 0;
  }).catch((cause: unknown) => assert.fail(`${String(cause)}: ${last?.result.stderr}${last?.result.stdout}`));
  const { totals, files: each } = last!.page;
  assert.equal(each.length, files, JSON.stringify(each));
  assert.equal(totals.dead_letters, 1);
  assert.equal(totals.entries, totals.scored + totals.cut + totals.dead_letters);
  assert.equal((await scoreRows(run.output)).size, totals.scored);
  return last!.page;
}

/** Started again by `run`, with a kill there too: a new file is scored, the rows that were there stay as they are. */
async function goesOn(run: EndlessRun, files: number, before: ReadonlyMap<string, string>) {
  const { child, result } = startCli(['run', run.config]);
  started.push({ child, result });
  await run.drop('zee-late', { times: 2 });
  await untilTrue('the new file is taken', async () => (await run.ledger()).page.files.length > files);
  const victim = childrenOf(child.pid!).find(({ command }) => command.includes(' service scorer'));
  process.kill(victim!.pid, 'SIGKILL');
  const { files: each } = await closes(run, files + 1);
  child.kill('SIGTERM');
  const { code, stderr } = await result;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /file_again file in\/zee-copy\.root, taken_as in\/zee-0\.root/);
  assert.match(stderr, /scorer \d was ended by SIGKILL; it is started again/);
  const rows = await scoreRows(run.output);
  for (const [row, text] of before) assert.equal(rows.get(row), text);
  const added = [...rows.keys()].filter((row) => !before.has(row));
  assert.ok(added.every((row) => row.startsWith('in/zee-late.root ')));
  assert.equal(added.length, each.find(({ file }) => file === 'in/zee-late.root')!.scored);
  return rows;
}

/** Rows by model; sees that a file, and a message, has one of them only. */
async function modelsOfFiles(output: string, scaler: string): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  const ofMessage = new Map<string, unknown>();
  for (const name of readdirSync(join(output, 'scores'))) {
    const table = await readTable(join(output, 'scores', name));
    const models = new Set(table.model_version);
    assert.equal(models.size, 1, name);
    const model = String([...models][0]);
    assert.ok(name.endsWith(`.${model}.parquet`), name);
    assert.deepEqual([...new Set(table.scaler_version)], [scaler], name);
    rows.set(model, (rows.get(model) ?? 0) + table.entry!.length);
    for (const [row, entry] of table.entry!.entries()) {
      const message = `${String(table.file![row])} ${Math.floor(Number(entry) / blockEntries)}`;
      assert.equal(ofMessage.get(message) ?? model, model, `${message} has two models`);
      ofMessage.set(message, model);
    }
  }
  return rows;
}

/** Sees that all rows were scored again, and those of the model to the same bits. */
async function isReplay(
  directory: string,
  live: string,
  model: string,
  rows: { readonly all: number; readonly own: number },
): Promise<void> {
  const replayed = await scoreRows(directory);
  assert.equal(replayed.size, rows.all);
  let own = 0;
  for (const [row, text] of await scoreRows(live)) {
    if (!text.includes(` ${model} `)) {
      assert.notEqual(replayed.get(row), text, `${row} was scored by another model`);
      continue;
    }
    assert.equal(replayed.get(row), text);
    own += 1;
  }
  assert.equal(own, rows.own);
}
