import assert from 'node:assert/strict';
import test from 'node:test';
import { directoryStatusText, kafkaStatusText } from '../../../cli/status-page.js';
import type { DirectoryFacts } from '../../../services/status/directory-facts.js';
import type { KafkaStatus } from '../../../services/status/kafka-status.js';

const forged = 'scorer ended with io_failed: no file\nfinished: everything is scored and written';

test('what a record says of a failure is one line: it cannot say that the run is finished', () => {
  const status: KafkaStatus = {
    engine: 'kafka',
    state: 'failed',
    because: forged,
    parts: [],
    prefix: 'p',
    mode: 'bounded',
    files: { known: 0, entries: 0, isComplete: false },
    scaler: undefined,
    model: { id: 'm\nx', generation: 0, publishedMs: 0, number: 1 },
    topics: [],
    overSeconds: 0,
  };
  const [first, ...lines] = kafkaStatusText(status, 0).split('\n');
  assert.equal(first, `failed: ${forged.replace('\n', '\\n')}`);
  assert.ok(lines.every((line) => !line.startsWith('finished')));
  assert.ok(lines.includes('model   m\\nx, number 1, published 0.0 s ago'));
});

test('a directory whose name has a line end is named in one line', () => {
  const share = { done: 0, total: 0, entriesDone: 0, entries: 0 };
  const facts: DirectoryFacts = {
    directory: '/data/a\nlock  held by nobody',
    isScoring: false,
    isFinished: false,
    holder: undefined,
    files: 0,
    weighed: { done: 0, total: 0 },
    features: share,
    scores: share,
    model: undefined,
    checkpoint: undefined,
  };
  const text = directoryStatusText(facts, { state: 'stopped', phase: 'weights', because: 'b' }, 0);
  assert.match(text, /^run +in one process, \/data\/a\\nlock {2}held by nobody$/m);
  assert.equal(text.split('\n').filter((line) => line.startsWith('lock')).length, 1);
});
