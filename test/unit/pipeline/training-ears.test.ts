import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { trainingEars } from '../../../services/pipeline/training-ears.js';
import { quietSurroundings } from '../../support/inputs.js';
import { RecordedWatch } from '../../support/recorded-watch.js';

test('the seconds of steps are never less than none, whatever a clock with fractions says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 2, maxLength: 40 }),
      (times) => {
        const readings = [...times].sort((a, b) => a - b).flatMap((time) => [time, time]);
        let reading = 0;
        const nowMs = () => readings[Math.min(reading++, readings.length - 1)]!;
        const heard = new RecordedWatch();
        const ears = trainingEars(
          { ...quietSurroundings(), nowMs, watch: heard.watch },
          { megasets: 1, passes: 1 },
        );
        ears.onPlace!(0, readings.length);
        for (const _ of readings) ears.onStep(1);
        for (const { seconds } of heard.batches('trainer')) assert.ok(seconds >= 0, String(seconds));
      },
    ),
    { seed: 7, numRuns: 200 },
  );
});

test('progress begins where training does; its place is told again behind epochs that were left out', () => {
  const heard = new RecordedWatch();
  const begun: unknown[] = [];
  const surroundings = quietSurroundings();
  const progress = {
    ...surroundings.progress,
    start: (...given: unknown[]) => void begun.push(given),
  };
  const ears = trainingEars({ ...surroundings, progress, watch: heard.watch }, { megasets: 2, passes: 1 });
  ears.onPlace!(100, 1000);
  ears.onStep(50);
  ears.onPlace!(500, 1000);
  ears.onStep(50);
  ears.onPlace!(1000, 1000);
  assert.deepEqual(begun, [['train', 1000, 100]]);
  assert.deepEqual(
    heard.all('waiting').map(([, position]) => position),
    [100, 150, 500, 550, 1000],
  );
});

test('the progress says which network of an ensemble, and which pass', () => {
  const notes: unknown[] = [];
  const surroundings = quietSurroundings();
  const progress = { ...surroundings.progress, advance: (...given: unknown[]) => void notes.push(given[2]) };
  const ears = trainingEars({ ...surroundings, progress }, { megasets: 4, passes: 2 });
  const epoch = { epoch: 0, loss: 0.5, validationLoss: undefined, rows: 1, steps: 1, learningRate: 1 };
  ears.onEpoch({ ...epoch, network: 1, networks: 5, pass: 0, megaset: 2, stopped: false });
  assert.deepEqual(notes, ['network 2 of 5, pass 1 of 2, megaset 3 of 4, loss 0.5000']);
});
