import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../../support/cli.js';
import { runWell, sampleFile } from '../../../support/small-run.js';
import { readTables } from '../../../support/tables.js';
import { errorOf, json, type LedgerJson, type ListJson, type Outputs, type Redriven } from './commands.js';

/** What the ledger says of the damaged run before anything is sent again. */
export async function foundBroken(config: string, out: string): Promise<void> {
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

/** Repairs and sends again, one way each, and sees the run and its ledger complete. */
export async function repaired(folder: string, config: string, out: Outputs): Promise<void> {
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
async function compareRows(out: Outputs, late: number): Promise<void> {
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
