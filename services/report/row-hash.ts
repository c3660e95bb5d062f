/**
 * By what rows are drawn for a sample, the same on every engine and every day: the finaliser of MurmurHash3
 * (Appleby, 2011, 32 bits) over a sum, modulo 2^32, of what identifies a row and of the seed, each times an odd number:
 *
 *     h = fmix32(run * 2654435761 + event * 2246822519 + entry * 3266489917 + seed * 668265263)
 *
 * A row is drawn where h is among the least. In SQL, because it is taken of all rows.
 * @param from a table with the columns of `rows`
 * @returns a table with the same columns and `h`
 */
export function hashedRows(from: string, seed: number): string {
  const low = (value: string) => `((${value}) & 4294967295)::ubigint`;
  const times = (value: string, factor: number) => `((${low(value)} * ${factor}) & 4294967295)`;
  const sum = [
    times('run_number::bigint', 2654435761),
    times('event_number', 2246822519),
    times('entry', 3266489917),
    times(`${seed}::bigint`, 668265263),
  ].join(' + ');
  const first = `select *, (${sum}) & 4294967295 as h0 from ${from}`;
  const second = `select *, (xor(h0, h0 >> 16) * 2246822507) & 4294967295 as h1 from (${first})`;
  const third = `select *, (xor(h1, h1 >> 13) * 3266489909) & 4294967295 as h2 from (${second})`;
  return `(select * exclude (h0, h1, h2), xor(h2, h2 >> 16) as h from (${third}))`;
}

/** h is below this. */
export const hashRange = 4294967296;
