import assert from 'node:assert/strict';
import test from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { hashedRows, hashRange } from '../../../services/report/row-hash.js';

/** The formula of the doc comment with integers of any size. */
function hashOf(run: bigint, event: bigint, entry: bigint, seed: bigint): bigint {
  const word = (value: bigint) => BigInt.asUintN(32, value);
  let h = word(run * 2654435761n + event * 2246822519n + entry * 3266489917n + seed * 668265263n);
  h = word((h ^ (h >> 16n)) * 0x85ebca6bn);
  h = word((h ^ (h >> 13n)) * 0xc2b2ae35n);
  return h ^ (h >> 16n);
}

async function hashesInSql(rows: readonly (readonly [number, bigint, number])[], seed: number) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const values = rows.map((row, at) => `(${at}, ${row.join(', ')})`).join(', ');
    const from = `(select "at", run_number::integer as run_number, event_number::bigint as event_number, entry::bigint as entry
      from (values ${values}) as t("at", run_number, event_number, entry))`;
    const reader = await connection.runAndReadAll(`select h from ${hashedRows(from, seed)} order by "at"`);
    return reader.getColumnsObjectJS().h!.map((value) => BigInt(value as bigint));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test('the hash in SQL is the one that is written down, for any size and sign', async () => {
  const rows: [number, bigint, number][] = [
    [284500, 1004002412n, 2411],
    [0, 0n, 0],
    [-5, -9n, 1],
    [2147483647, 9223372036854775807n, 4_000_000_000],
  ];
  for (const seed of [1, 4_294_967_295]) {
    const expected = rows.map(([run, event, entry]) =>
      hashOf(BigInt(run), event, BigInt(entry), BigInt(seed)),
    );
    assert.deepEqual(await hashesInSql(rows, seed), expected);
  }
  // The first by hand, so that a change of both is seen.
  assert.deepEqual(await hashesInSql(rows.slice(0, 1), 1), [831368274n]);
});

test('hashes of successive events are spread evenly', async () => {
  const rows = Array.from({ length: 4000 }, (_, at): [number, bigint, number] => [1, BigInt(9000 + at), at]);
  const tenths = new Array<number>(10).fill(0);
  for (const hash of await hashesInSql(rows, 3)) tenths[Math.floor((10 * Number(hash)) / hashRange)]! += 1;
  // 400 each, with a standard deviation of 19.
  for (const count of tenths) assert.ok(Math.abs(count - 400) < 95, `${count}`);
});
