import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { loadConfig } from '../../../lib/config/index.js';
import { ScoreReader } from '../../../services/live/scores/score-reader.js';
import { openThread } from '../../../services/live/scores/task-thread.js';
import type { ScoresSection } from '../../../services/live/shared/snapshot.js';
import { runWell, writeConfig } from '../../support/small-run.js';

/** However busy the machine is. */
const patienceMs = 120_000;

let folder = '';
let config = '';
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  config = writeConfig(folder);
  await runWell(['run', config, '--output', join(folder, 'out')]);
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface World {
  readonly reader: ScoreReader;
  /** Files of scores of a finished run. */
  readonly files: readonly string[];
  readonly sections: ScoresSection[];
  readonly troubles: unknown[];
}

async function reading(body: (world: World) => Promise<void>): Promise<void> {
  const loaded = loadConfig({ file: config, environment: {}, currentDirectory: folder, needs: 'none' });
  const sections: ScoresSection[] = [];
  const troubles: unknown[] = [];
  const reader = new ScoreReader({
    open: () => openThread(loaded, 'score-thread', () => ''),
    onSection: (section) => sections.push(section),
    onTrouble: (error) => troubles.push(error),
    onEnd: (why) => troubles.push(why),
  });
  const scores = join(folder, 'out', 'scores');
  const files = readdirSync(scores)
    .sort()
    .map((name) => join(scores, name));
  try {
    await body({ reader, files, sections, troubles });
  } finally {
    await reader.close();
  }
}

test('whoever asks for what there is waits for one file, however many are to be read', async () => {
  await reading(async ({ reader, files, sections }) => {
    // Every file under many names, as many as a longer run has.
    const many = files.flatMap((file) =>
      Array.from({ length: 20 }, (_, at) => `${dirname(file)}/${'./'.repeat(at)}${basename(file)}`),
    );
    for (const file of many) reader.take(file);
    let isSettled = false;
    const settled = reader.settle(patienceMs).then(() => {
      isSettled = true;
    });
    while (!isSettled) {
      reader.refresh();
      await wait(5);
    }
    await settled;
    assert.equal(sections.at(-1)!.files, many.length);
    assert.ok(
      sections.some((section) => section.files > 0 && section.files < many.length),
      `told at ${sections.map((section) => section.files).join(' ')} of ${many.length} files`,
    );
  });
});

test('a run that takes the place of another one is counted from nothing, and its files are read though they have the same names', async () => {
  await reading(async ({ reader, files, sections, troubles }) => {
    const [first, second] = files as [string, string];
    reader.take(first);
    await reader.settle(patienceMs);
    const { rows, top } = sections.at(-1)!;
    assert.ok(rows > 0 && top.length > 0);
    assert.equal((await reader.entry(top[0]!.id))!.path, first);
    reader.take(second);
    reader.restart();
    await reader.settle(patienceMs);
    const blank = sections.at(-1)!;
    assert.deepEqual([blank.files, blank.rows, blank.top, blank.histogram], [0, 0, [], undefined]);
    assert.equal(await reader.entry(top[0]!.id), undefined);
    reader.take(first);
    await reader.settle(patienceMs);
    assert.deepEqual([sections.at(-1)!.files, sections.at(-1)!.rows], [1, rows]);
    assert.deepEqual(troubles, []);
  });
});

test('a file that cannot be read is told and counted, and the others are read', async () => {
  await reading(async ({ reader, files, sections, troubles }) => {
    mkdirSync(join(folder, 'bad'), { recursive: true });
    const bad = join(folder, 'bad', 'bad.parquet');
    writeFileSync(bad, 'PAR1 and nothing else PAR1');
    for (const file of [bad, files[0]!]) reader.take(file);
    await reader.settle(patienceMs);
    const { unreadable, files: read } = sections.at(-1)!;
    assert.deepEqual([unreadable, read, troubles.length], [1, 1, 1]);
  });
});
