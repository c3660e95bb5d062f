import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { TimeSeries } from '../../../services/live/model/time-series.js';
import { Store } from '../../../services/live/page/store.js';
import type { SeriesPart } from '../../../services/live/shared/snapshot.js';

test('a client gets what it lacks, and everything anew where earlier points have changed', () => {
  const series = new TimeSeries(4);
  series.push(1, { a: 1 });
  series.push(2, { a: 2, b: 20 });
  const first = series.since(undefined)!;
  assert.deepEqual(first, { generation: 0, from: 0, times: [1, 2], lines: { a: [1, 2], b: [null, 20] } });
  const place = series.place;
  assert.equal(series.since(place), undefined);
  series.push(3, { b: 30 });
  assert.deepEqual(series.since(place), {
    generation: 0,
    from: 2,
    times: [3],
    lines: { a: [null], b: [30] },
  });
  series.push(4, { a: 4 });
  series.push(5, { a: 5 });
  const thinned = series.since(place)!;
  assert.deepEqual([thinned.generation, thinned.from, thinned.times], [1, 0, [2, 4, 5]]);
});

test('memory is bounded, from the beginning of a run to its end', () => {
  const series = new TimeSeries(60, () => 'most');
  for (let second = 0; second < 100_000; second += 1) series.push(second, { a: second });
  const { times, lines } = series.since(undefined)!;
  assert.ok(times.length <= 60 && times.length >= 30, `${times.length} points`);
  assert.ok(times[0]! < 5_000, 'the first hours are there');
  assert.ok(times.at(-1)! > 95_000, 'so is the end');
  assert.deepEqual(lines.a, times);
});

test('a peak stays a peak and a mean a mean, however long the run; the last point is never old', () => {
  const series = new TimeSeries(8, (line) => (line === 'lag' ? 'most' : 'mean'));
  for (let second = 0; second < 1_000; second += 1) {
    series.push(second, { lag: second === 501 ? 77 : 0, rate: second % 2 === 0 ? 10 : 30 });
    assert.equal(series.since(undefined)!.times.at(-1), second);
  }
  const { times, lines } = series.since(undefined)!;
  assert.ok(times.length <= 8);
  assert.equal(Math.max(...(lines.lag as number[])), 77);
  for (const rate of lines.rate!.slice(0, -1)) assert.ok(Math.abs(rate! - 20) < 1e-9, `${rate}`);
});

test('times rise, also where the clock was set back', () => {
  const series = new TimeSeries(8);
  for (const second of [10, 11, 5, 6, 12]) series.push(second, { a: second });
  assert.deepEqual(series.since(undefined)!.times, [10, 11, 11, 11, 12]);
});

test('a series that begins anew is sent whole', () => {
  const series = new TimeSeries(8);
  series.push(1, { a: 1 });
  const { place } = series;
  series.clear();
  series.push(2, { b: 2 });
  const { from, times, lines } = series.since(place)!;
  assert.deepEqual([from, times, lines], [0, [2], { b: [2] }]);
});

test('a page that takes parts as they come has the same lines as the server, however many it misses', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ values: fc.dictionary(fc.constantFrom('a', 'b'), fc.nat(9)), isSent: fc.boolean() }),
        {
          maxLength: 60,
        },
      ),
      (steps) => {
        const series = new TimeSeries(8);
        const store = new Store();
        let place = undefined as ReturnType<() => TimeSeries['place']> | undefined;
        const give = (part: SeriesPart | undefined) => {
          store.apply({ server: 's', nowMs: 0, sections: {}, series: part });
          place = series.place;
        };
        steps.forEach(({ values, isSent }, second) => {
          series.push(second, values);
          if (isSent) give(series.since(place));
        });
        give(series.since(place));
        const { times, lines } = series.since(undefined)!;
        assert.deepEqual(store.series.times, times);
        assert.deepEqual(store.series.lines, lines);
      },
    ),
  );
});
