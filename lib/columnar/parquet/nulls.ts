import { writePresence } from './bit-pack.js';
import { isNullable, type NumberColumn } from './column.js';
import type { PageWriter } from './page-writer.js';

/** Arrays that numbers are encoded from. */
export type Numbers = Int32Array | BigInt64Array | Float32Array | Float64Array;

/** The definition levels of a page with their length before them; returns how many values are present. */
export function writePageLevels(pages: PageWriter, validity: Uint8Array): number {
  let present = 0;
  for (let i = 0; i < validity.length; i++) if (validity[i] !== 0) present++;
  const start = pages.body.length;
  pages.body.uint32(0);
  writePresence(pages.body, validity, present);
  const end = pages.body.length;
  pages.body.length = start;
  pages.body.uint32(end - start - 4);
  pages.body.length = end;
  return present;
}

/** One byte a row, 0 where null; none where the column cannot hold nulls. */
export function validityOf(column: NumberColumn): Uint8Array | undefined {
  if (!isNullable(column)) return undefined;
  if (column.validity !== undefined) return column.validity;
  const data = column.data as Float32Array | Float64Array;
  const validity = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) validity[i] = Number.isNaN(data[i]!) ? 0 : 1;
  return validity;
}

/** The values without the nulls, which a page does not store. */
export function presentValues(data: Numbers, validity: Uint8Array): Numbers {
  const kept = data.slice();
  let count = 0;
  for (let i = 0; i < data.length; i++) if (validity[i] !== 0) kept[count++] = data[i]!;
  return kept.subarray(0, count);
}
