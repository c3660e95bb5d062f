import assert from 'node:assert/strict';
import test from 'node:test';
import { createProgress, type ProgressOptions } from '../../../lib/telemetry/progress.js';
import { ProgressModel } from '../../../lib/telemetry/progress-model.js';

/** A clock in the hand of the test and the text that was written. */
function bench(style: ProgressOptions['style'], more: Partial<ProgressOptions> = {}) {
  const state = { nowMs: 0, written: '' };
  const progress = createProgress({
    style,
    nowMs: () => state.nowMs,
    write: (text) => {
      state.written += text;
    },
    ...more,
  });
  return { state, progress };
}

test('rate, share and time left follow from events and clock', () => {
  let nowMs = 1_000;
  const model = new ProgressModel(() => nowMs);
  model.start('read', 1_000);
  nowMs = 3_000;
  model.advance('read', 250);
  const half = model.snapshot('read');
  assert.deepEqual(
    [half.state, half.share, half.eventsPerSecond, half.seconds, half.secondsLeft],
    ['running', 0.25, 125, 2, 6],
  );
  nowMs = 5_000;
  model.advance('read', 750);
  model.finish('read');
  nowMs = 99_000;
  const done = model.snapshot('read');
  assert.deepEqual(
    [done.state, done.share, done.eventsPerSecond, done.seconds, done.secondsLeft],
    ['done', 1, 250, 4, 0],
  );
});

test('events of an earlier run are in the share, not in the rate', () => {
  let nowMs = 0;
  const model = new ProgressModel(() => nowMs);
  model.start('score', 1_000, 600);
  nowMs = 1_000;
  model.advance('score', 200);
  const snapshot = model.snapshot('score');
  assert.deepEqual([snapshot.share, snapshot.eventsPerSecond, snapshot.secondsLeft], [0.8, 200, 1]);
});

test('nothing is divided by zero: no total, no time, no events', () => {
  const model = new ProgressModel(() => 0);
  model.plan('later');
  model.start('empty', 0);
  model.advance('empty', 5);
  for (const snapshot of model.snapshots()) {
    assert.ok(Number.isFinite(snapshot.share) && Number.isFinite(snapshot.eventsPerSecond), snapshot.stage);
    assert.equal(snapshot.secondsLeft, undefined);
  }
  model.finish('empty');
  assert.equal(model.snapshot('empty').share, 1);
});

test('plain lines: now and then, and at the end of a stage', () => {
  const { state, progress } = bench('lines');
  progress.start('read', 40_000);
  for (let second = 1; second <= 12; second += 1) {
    state.nowMs = second * 1_000;
    progress.advance('read', 1_000);
  }
  progress.note('file b.root opened');
  state.nowMs = 20_000;
  progress.finish('read');
  progress.close();
  assert.deepEqual(state.written.split('\n'), [
    'read                5,000 events      1 k/s  12.5 %  35 s left',
    'read               10,000 events      1 k/s  25.0 %  30 s left',
    'file b.root opened',
    'read               12,000 events     600 /s   100 %  done in 20 s',
    '',
  ]);
});

test('json: every line is an object of its own', () => {
  const { state, progress } = bench('json');
  progress.start('train', 100);
  state.nowMs = 2_000;
  progress.advance('train', 50, 'megaset 1 of 10');
  progress.note('early stop');
  progress.finish('train', 'failed');
  progress.close();
  assert.deepEqual(
    state.written
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    [
      {
        type: 'progress',
        stage: 'train',
        state: 'running',
        events: 50,
        total: 100,
        share: 0.5,
        events_per_second: 25,
        seconds: 2,
        seconds_left: 2,
        note: 'megaset 1 of 10',
      },
      { type: 'note', message: 'early stop' },
      {
        type: 'progress',
        stage: 'train',
        state: 'failed',
        events: 50,
        total: 100,
        share: 0.5,
        events_per_second: 25,
        seconds: 2,
        note: 'megaset 1 of 10',
      },
    ],
  );
});

/** What a terminal shows after the text: knows line ends, `move up` and `clear line`. */
function screen(text: string): string[] {
  const rows: string[] = [''];
  let row = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own control characters
  for (const part of text.match(/\u001b\[\d*[A-Z]|\n|[^\u001b\n]+/g) ?? []) {
    if (part === '\n') {
      row += 1;
      rows[row] ??= '';
    } else if (part === '\u001b[2K') rows[row] = '';
    else if (part.startsWith('\u001b[')) row -= Number(part.slice(2, -1));
    else rows[row] += part;
  }
  return rows;
}

test('terminal: lines are redrawn in place, notes stay above, nothing wraps', () => {
  const { state, progress } = bench('terminal', { columns: () => 60 });
  progress.plan('train');
  progress.start('read', 1_000);
  for (let step = 1; step <= 100; step += 1) {
    state.nowMs = step * 10;
    progress.advance('read', 10, 'a rather long note that would not fit in the line');
    if (step === 50) progress.note('halfway\nthere');
  }
  progress.finish('read');
  progress.start('train', 10);
  progress.close();
  progress.close();
  const shown = screen(state.written);
  assert.deepEqual(
    shown.map((line) => line.slice(0, 24)),
    ['halfway', 'there', 'train                   ', 'read                1,00', ''],
  );
  assert.ok(shown.every((line) => line.length < 60));
  // 100 steps in one second, at most one drawing each 150 ms, and five that must be drawn.
  const drawings = state.written.split('read ').length - 1;
  assert.ok(drawings <= 13, `${drawings} drawings`);
});

test('the silent style writes nothing', () => {
  const { state, progress } = bench('none');
  progress.start('read', 1);
  progress.advance('read', 1);
  progress.note('x');
  progress.finish('read');
  progress.close();
  assert.equal(state.written, '');
  assert.equal(progress.snapshots()[0]?.events, 1);
});
