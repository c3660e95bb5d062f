import { invalid } from './column.js';

/** Which entries of a dictionary occur, and where they go: unused ones are left out of the file. */
export interface UsedCodes {
  /** New code of each old one, counted from the base; -1 where unused. */
  readonly remap: Int32Array;
  /** Old codes in use, ascending. */
  readonly used: Int32Array;
}

/** @throws table_shape_invalid where a code lies outside [base, base + size) */
export function usedCodes(name: string, codes: Int32Array, base: number, size: number): UsedCodes {
  const seen = new Uint8Array(size);
  let outside = -1;
  let last = (codes[0] ?? 0) + 1;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    // Most columns are runs of one code.
    if (code === last) continue;
    last = code;
    if (code >= base && code < base + size) seen[code - base] = 1;
    else outside = i;
  }
  if (outside >= 0) {
    throw invalid(
      name,
      `has code ${codes[outside]} in row ${outside}, outside its dictionary of ${size} entries`,
    );
  }
  const remap = new Int32Array(size).fill(-1);
  let next = 0;
  for (let code = 0; code < size; code++) if (seen[code] === 1) remap[code] = next++;
  const used = new Int32Array(next);
  for (let code = 0; code < size; code++) if (remap[code]! >= 0) used[remap[code]!] = code + base;
  return { remap, used };
}
