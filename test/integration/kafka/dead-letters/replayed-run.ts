import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../../support/cli.js';
import { readTables } from '../../../support/tables.js';
import { errorOf, json, type Outputs } from './commands.js';

/** Scores the stored features again, with the run's own model and with another. */
export async function replayed(folder: string, config: string, out: Outputs): Promise<void> {
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
