import assert from 'node:assert/strict';
import test from 'node:test';
import { directoryStatusText, kafkaStatusObject, kafkaStatusText } from '../../../cli/status-page.js';
import type { DirectoryFacts } from '../../../services/status/directory-facts.js';
import type { KafkaStatus } from '../../../services/status/kafka-status.js';

const forged = 'scorer ended with io_failed: no file\nfinished: everything is scored and written';

const run: KafkaStatus = {
  engine: 'kafka',
  state: 'working',
  because: 'services are at work',
  parts: [],
  prefix: 'p',
  mode: 'bounded',
  files: { known: 0, entries: 0, isComplete: false },
  scaler: undefined,
  model: undefined,
  topics: [],
  overSeconds: 5,
};

test('what is not known of hidden positions is no number', () => {
  const status: KafkaStatus = {
    ...run,
    parts: [
      {
        role: 'selector',
        kind: 'stage',
        service: 'selector',
        group: 'g',
        topic: 'p.events',
        members: 1,
        isHidden: true,
        events: undefined,
        partitions: [{ partition: 0, position: undefined, end: 9, waiting: undefined }],
        state: 'hidden',
        note: 'by an open transaction',
        perSecond: undefined,
        waiting: undefined,
      },
    ],
  };
  const line = /^selector .*$/m.exec(kafkaStatusText(status, 0))![0];
  assert.deepEqual(line.split(/ {2,}/), [
    'selector',
    'p.events',
    '1',
    '1',
    '-',
    '-',
    '-',
    'hidden by an open transaction',
  ]);
  const { parts } = kafkaStatusObject(status) as { readonly parts: readonly Record<string, unknown>[] };
  const { waiting, offsets_per_second, partitions } = parts[0]!;
  assert.deepEqual([waiting, offsets_per_second], [null, null]);
  assert.deepEqual(partitions, [{ partition: 0, position: null, end: 9, waiting: null }]);
});

test('what a record says of a failure is one line: it cannot say that the run is finished', () => {
  const status: KafkaStatus = {
    ...run,
    state: 'failed',
    because: forged,
    model: { id: 'm\nx', generation: 0, publishedMs: 0, number: 1 },
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
