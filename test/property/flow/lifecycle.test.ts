import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  initialState,
  type LifecycleAction,
  type LifecycleEvent,
  type LifecycleState,
  lifecycleEvents,
  transition,
} from '../../../lib/flow/lifecycle-state.js';

const runs = { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 20_000 : 1_000 };
const events = fc.array(fc.constantFrom<LifecycleEvent[]>(...lifecycleEvents), { maxLength: 30 });

/** Phases may only follow each other this way. */
const mayFollow: Readonly<Record<LifecycleState['phase'], readonly LifecycleState['phase'][]>> = {
  starting: ['running', 'draining', 'failed'],
  running: ['draining', 'failed'],
  draining: ['stopped', 'failed'],
  stopped: [],
  failed: [],
};

function walk(sequence: readonly LifecycleEvent[]) {
  const states = [initialState];
  const actions: LifecycleAction[] = [];
  for (const event of sequence) {
    const step = transition(states.at(-1)!, event);
    states.push(step.state);
    actions.push(...step.actions);
  }
  return { states, actions, last: states.at(-1)! };
}

test('whatever happens: phases follow in order, each action comes once, an end stays the end', () => {
  fc.assert(
    fc.property(events, (sequence) => {
      const { states, actions } = walk(sequence);
      for (const [index, state] of states.slice(1).entries()) {
        const before = states[index]!;
        if (before.phase !== state.phase) assert.ok(mayFollow[before.phase].includes(state.phase));
        if (before.exit !== undefined) assert.deepEqual(state, before);
        if (state.phase === 'stopped') assert.ok(state.exit !== undefined);
        if (state.exit === 1) assert.equal(state.phase, 'failed');
        if (state.exit === 130) assert.ok(state.forced && !state.done);
        if (state.phase === 'starting' || state.phase === 'running') assert.equal(state.exit, undefined);
      }
      assert.equal(new Set(actions).size, actions.length, String(actions));
    }),
    runs,
  );
});

test('whatever happened: the deadline runs once ending has begun, and it or two signals end it', () => {
  fc.assert(
    fc.property(events, (sequence) => {
      const { actions, last } = walk(sequence);
      const ending = last.phase !== 'starting' && last.phase !== 'running';
      assert.equal(actions.includes('limit'), ending);
      if (ending) assert.ok(transition(last, 'deadline').state.exit !== undefined);
      const signals = walk([...sequence, 'signal', 'signal']).last;
      assert.ok(signals.exit !== undefined);
    }),
    runs,
  );
});

test('a service that does as it is asked ends by itself, closed, with what it deserves', () => {
  fc.assert(
    fc.property(
      fc.record({
        failAt: fc.constantFrom('nothing', 'start', 'work', 'drain', 'close'),
        cause: fc.constantFrom<('signal' | 'completed')[]>('signal', 'completed'),
        whileStarting: fc.boolean(),
        givesUp: fc.boolean(),
      }),
      ({ failAt, cause, whileStarting, givesUp }) => {
        const closed: LifecycleEvent = failAt === 'close' ? 'close_failed' : 'closed';
        let state = initialState;
        let failed = false;
        const queue: LifecycleEvent[] = [];
        const post = (event: LifecycleEvent) => {
          const step = transition(state, event);
          state = step.state;
          failed ||= event === 'failed' || event === 'close_failed';
          for (const action of step.actions) {
            if (action === 'close') queue.push(closed);
            if (action === 'drain') queue.push(failAt === 'drain' ? 'failed' : 'drained');
          }
        };
        const early = whileStarting && cause === 'signal';
        if (early) post('signal');
        if (failAt === 'start') post('failed');
        else post(early && givesUp ? 'abandoned' : 'started');
        if (failAt === 'work' && state.phase === 'running') post('failed');
        else if (!early) post(cause);
        while (queue.length > 0) post(queue.shift()!);
        assert.equal(state.exit, failed ? 1 : 0);
        assert.equal(state.forced, false);
      },
    ),
    runs,
  );
});
