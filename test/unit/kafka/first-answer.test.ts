import assert from 'node:assert/strict';
import test from 'node:test';
import { type Candidate, firstAnswer, type Impatience } from '../../../lib/kafka/kafkajs/first-answer.js';

const hour = 3_600_000;
const never = new Promise<never>(() => undefined);

interface World {
  readonly asked: string[];
  readonly passedOver: string[];
}

function candidates(
  world: World,
  answers: Readonly<Record<string, () => Promise<string>>>,
): Candidate<string>[] {
  return Object.entries(answers).map(([name, answer]) => ({
    name,
    ask: () => {
      world.asked.push(name);
      return answer();
    },
    passedOver: () => void world.passedOver.push(name),
  }));
}

function world(): World {
  return { asked: [], passedOver: [] };
}

const patient: Impatience = { silenceMs: hour, patienceMs: hour, mayPass: () => true };
const failing = (text: string) => async () => {
  throw new Error(text);
};

test('who answers first is the only one that is asked', async () => {
  const seen = world();
  const asked = candidates(seen, { a: async () => 'of a', b: async () => 'of b' });
  assert.equal(await firstAnswer(asked, patient), 'of a');
  assert.deepEqual(seen, { asked: ['a'], passedOver: [] });
});

test('after a failure the next is asked at once', async () => {
  const seen = world();
  const asked = candidates(seen, { a: failing('gone'), b: async () => 'of b' });
  assert.equal(await firstAnswer(asked, patient), 'of b');
  assert.deepEqual(seen, { asked: ['a', 'b'], passedOver: ['a'] });
});

test('beside one that is silent the next is asked', async () => {
  const seen = world();
  const asked = candidates(seen, { a: () => never, b: () => never, c: async () => 'of c' });
  assert.equal(await firstAnswer(asked, { ...patient, silenceMs: 1 }), 'of c');
  assert.deepEqual(seen, { asked: ['a', 'b', 'c'], passedOver: ['a', 'b'] });
});

test('one that is slow is heard while others are asked', async () => {
  let answer: (text: string) => void = () => undefined;
  const slow = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const asked = candidates(world(), {
    slow: () => slow,
    b: () => {
      answer('of the slow one');
      return never;
    },
  });
  assert.equal(await firstAnswer(asked, { ...patient, silenceMs: 1 }), 'of the slow one');
});

test('where none answers each says why', async () => {
  const none = { a: failing('gone'), b: () => never, c: failing('gone too') };
  await assert.rejects(
    firstAnswer(candidates(world(), none), { ...patient, silenceMs: 1, patienceMs: 50 }),
    /gone; gone too; b does not answer/,
  );
  const gone = candidates(world(), { a: failing('gone'), b: failing('gone too') });
  await assert.rejects(firstAnswer(gone, patient), /gone; gone too/);
});

test('what another would not do better is thrown at once', async () => {
  const seen = world();
  const asked = candidates(seen, { a: failing('refused'), b: async () => 'of b' });
  await assert.rejects(firstAnswer(asked, { ...patient, mayPass: () => false }), /refused/);
  assert.deepEqual(seen.asked, ['a']);
});
