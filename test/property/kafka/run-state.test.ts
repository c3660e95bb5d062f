import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { endings, type ProgressRecord } from '../../../services/kafka/progress-records.js';
import { RunState } from '../../../services/kafka/run-state.js';
import { fileRecord, kafkaConfig, runRecord } from '../../support/service-context.js';

const partition = fc.nat(2);
const small = fc.nat(12);
const run = { ...runRecord(kafkaConfig()), partitions: 3 };

/** Records as owners, former owners that were taken for dead, and confused ones might write them. */
const anyRecord: fc.Arbitrary<ProgressRecord> = fc.oneof(
  fc.constant<ProgressRecord>(run),
  fc.constant<ProgressRecord>({ ...run, topics: 'eeeeeeee', partitions: 2 }),
  fc
    .record({ index: fc.nat(4), entries: fc.nat(20_000) })
    .map(({ index, entries }) => fileRecord(index, entries)),
  fc.record({ type: fc.constant('planned' as const), files: fc.nat(4), blocks: fc.nat(9) }),
  fc.record({
    type: fc.constant('end' as const),
    of: fc.constantFrom(...endings),
    partition,
    offset: small,
    messages: small,
    input: small,
  }),
  fc.record({
    type: fc.constant('scaler' as const),
    id: fc.constantFrom('a', 'b'),
    rows_by_split: fc.array(small, { minLength: 4, maxLength: 4 }),
    from: small,
    frozen_ms: small,
  }),
  fc.record({
    type: fc.constant('generation' as const),
    number: fc.nat(4),
    to: fc.array(small, { minLength: 3, maxLength: 3 }),
    rows: small,
    channels: fc.constant<[number, number][]>([]),
  }),
  fc.record({
    type: fc.constant('model' as const),
    id: fc.constantFrom('m0', 'm1', 'm2', 'm3'),
    scaler: fc.constant('a'),
    generation: fc.nat(4),
    final: fc.boolean(),
    published_ms: small,
    from: small,
  }),
  fc.record({
    type: fc.constant('applies' as const),
    model: fc.constantFrom('m0', 'm1', 'm2', 'm3'),
    partition,
    offset: small,
  }),
  fc.record({ type: fc.constant('scoring' as const), partition, to: small }),
  fc.record({
    type: fc.constant('finished' as const),
    ends: fc.array(small, { minLength: 3, maxLength: 3 }),
  }),
  fc.record({
    type: fc.constant('failed' as const),
    service: fc.constant('scaler'),
    code: fc.constant('x'),
    message: fc.constant('y'),
  }),
);

/** Everything that a reader can ask of a state. */
function seen(state: RunState): unknown {
  return {
    run: state.run,
    files: state.files,
    blocks: state.blocks,
    planned: state.planned,
    scaler: state.scaler,
    generations: [state.generations.count, state.generations.at(state.generations.count - 1)],
    models: state.models,
    ends: endings.map((of) => [0, 1, 2].map((number) => state.end(of, number))),
    allEnds: endings.map((of) => state.allEnds(of)),
    applies: [0, 1, 2].map((number) => state.modelsOf(number)),
    scoring: [0, 1, 2].map((number) => state.scoringTo(number)),
    finished: state.isFinished,
    failed: state.failed,
    times: [...state.times].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

test('all readers of one log come to the same state, wherever one of them has paused', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 60 }), fc.nat(60), (records, cut) => {
      const whole = new RunState();
      records.forEach((record, offset) => {
        whole.apply(record, offset, offset);
      });
      const paused = new RunState();
      records.slice(0, cut).forEach((record, offset) => {
        paused.apply(record, offset, offset);
      });
      seen(paused);
      records.slice(cut).forEach((record, offset) => {
        paused.apply(record, Math.min(cut, records.length) + offset, Math.min(cut, records.length) + offset);
      });
      assert.deepEqual(seen(paused), seen(whole));
    }),
    { numRuns: 300 },
  );
});

test('nothing that is settled comes loose: whatever is written later', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 60 }), (records) => {
      const state = new RunState();
      records.forEach((record, offset) => {
        const before = {
          run: state.run,
          files: [...state.files],
          scaler: state.scaler,
          planned: state.planned,
          generations: state.generations.count,
          models: [...state.models],
          applies: [0, 1, 2].map((number) => state.modelsOf(number)),
          scoring: [0, 1, 2].map((number) => state.scoringTo(number)),
          inputs: endings.map((of) => [0, 1, 2].map((number) => state.end(of, number)?.input ?? -1)),
        };
        state.apply(record, offset, offset);
        if (before.run !== undefined) assert.equal(state.run, before.run);
        if (before.scaler !== undefined) assert.equal(state.scaler, before.scaler);
        if (before.planned !== undefined) assert.equal(state.planned, before.planned);
        assert.ok(state.generations.count >= before.generations);
        for (const list of ['files', 'models'] as const)
          assert.deepEqual(state[list].slice(0, before[list].length), before[list]);
        for (const number of [0, 1, 2]) {
          const models = state.modelsOf(number);
          assert.deepEqual(models.slice(0, before.applies[number]!.length), before.applies[number]);
          assert.ok(state.scoringTo(number) >= before.scoring[number]!);
          for (let at = 1; at < models.length; at += 1)
            assert.ok(models[at]!.offset >= models[at - 1]!.offset);
          assert.equal(new Set(models.map(({ model }) => model)).size, models.length);
          for (const [index, of] of endings.entries())
            assert.ok((state.end(of, number)?.input ?? -1) >= before.inputs[index]![number]!);
        }
        state.files.forEach((file, index) => {
          assert.equal(file.index, index);
          const next = state.files[index + 1];
          if (next !== undefined) assert.equal(next.firstBlock, file.firstBlock + file.blocks);
        });
        assert.deepEqual(
          state.models.map(({ generation }) => generation),
          [...state.models].map(({ generation }) => generation).sort((a, b) => a - b),
        );
      });
    }),
    { numRuns: 300 },
  );
});
