import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../lib/learning/random.js';
import { principalAxes } from '../../../lib/learning/scores/neighbours/principal-axes.js';
import { NeighbourSearch } from '../../../lib/learning/scores/neighbours/search.js';

const runs = { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 1000 : 60 };
const world = fc.record({
  seed: fc.nat(1e9),
  columns: fc.integer({ min: 1, max: 20 }),
  rows: fc.integer({ min: 12, max: 900 }),
  neighbours: fc.integer({ min: 1, max: 11 }),
  /** Values are multiples of it where it is not 0: many equal distances. */
  step: fc.constantFrom(0, 0.5, 1),
  clusters: fc.integer({ min: 1, max: 6 }),
  /** Length of the vector from the origin to all rows and queries: coordinates of few significant bits. */
  offset: fc.constantFrom(0, 0, 1e3),
});

type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

function makeRows(random: Random, count: number, scale: number, { columns, step, clusters, offset }: World) {
  return Float32Array.from({ length: count * columns }, (_, index) => {
    const cluster = (Math.floor(index / columns) * 7919) % clusters;
    const value = offset + 3 * cluster + scale * (random.unit() - 0.5) * (1 + 8 / (1 + (index % columns)));
    return step === 0 ? value : Math.round(value / step) * step;
  });
}

/** All rows, in float64. */
function plainSearch(reference: Float32Array, query: Float32Array, neighbours: number): number {
  const columns = query.length;
  const squares: number[] = [];
  for (let from = 0; from < reference.length; from += columns) {
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      sum += (query[column]! - reference[from + column]!) ** 2;
    }
    squares.push(sum);
  }
  squares.sort((a, b) => a - b);
  const first = squares[0] === 0 ? 1 : 0;
  let sum = 0;
  for (let i = 0; i < neighbours; i++) sum += Math.sqrt(squares[first + i]!);
  return sum / neighbours;
}

test('the pruned search has the bits of a plain one: near, far, in the reference, however rows are cut', () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: 300 }), (made, cut) => {
      const { columns, rows, neighbours } = made;
      const random = new Random('nearest', [made.seed]);
      const reference = makeRows(random, rows, 2, made);
      const search = new NeighbourSearch(reference, columns, neighbours);
      const near = makeRows(random, 25, 2, made);
      const far = makeRows(random, 10, 200, made);
      const queries = Float32Array.of(...near, ...far, ...reference.subarray(0, 10 * columns));
      const count = queries.length / columns;
      const found = new Float64Array(count + 1);
      search.meanDistances(queries, count, found, 1);
      const cutUp = new Float64Array(count);
      for (let from = 0; from < count; from += cut) {
        const part = queries.subarray(from * columns, (from + cut) * columns);
        search.meanDistances(part, part.length / columns, cutUp, from);
      }
      for (let row = 0; row < count; row++) {
        const query = queries.subarray(row * columns, (row + 1) * columns);
        assert.equal(found[row + 1], plainSearch(reference, query, neighbours), `query ${row}`);
        assert.equal(cutUp[row], found[row + 1]);
      }
    }),
    runs,
  );
});

test('more rows than a call hands over are all scored', () => {
  const made: World = { seed: 5, columns: 15, rows: 400, neighbours: 10, step: 0, clusters: 3, offset: 0 };
  const random = new Random('nearest', [made.seed]);
  const reference = makeRows(random, made.rows, 2, made);
  const queries = makeRows(random, 1000, 3, made);
  const found = new Float64Array(1000);
  new NeighbourSearch(reference, 15, 10).meanDistances(queries, 1000, found);
  found.forEach((distance, row) => {
    assert.equal(distance, plainSearch(reference, queries.subarray(row * 15, (row + 1) * 15), 10));
  });
});

test('principal axes are orthonormal, and rows vary less along each than along the one before', () => {
  fc.assert(
    fc.property(world, (made) => {
      const { columns, rows } = made;
      const values = makeRows(new Random('nearest', [made.seed]), rows, 2, made);
      const axes = principalAxes(values, columns);
      const dot = (a: Float64Array, b: ArrayLike<number>) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
      const axis = (which: number) => axes.subarray(which * columns, (which + 1) * columns);
      let before = Number.POSITIVE_INFINITY;
      let whole = 0;
      for (let i = 0; i < columns; i++) {
        for (let j = 0; j <= i; j++) {
          assert.ok(Math.abs(dot(axis(i), axis(j)) - (i === j ? 1 : 0)) < 1e-12, `${i} and ${j}`);
        }
        const along = Array.from({ length: rows }, (_, row) =>
          dot(axis(i), values.subarray(row * columns, (row + 1) * columns)),
        );
        const mean = along.reduce((sum, x) => sum + x, 0) / rows;
        const spread = along.reduce((sum, x) => sum + (x - mean) ** 2, 0);
        if (i === 0) whole = spread;
        assert.ok(spread <= before + 1e-9 * (1 + whole), `axis ${i}: ${spread} after ${before}`);
        before = spread;
      }
    }),
    runs,
  );
});
