/*
 * Mutates ROOT files and reads them, in a process of its own so that hangs, crashes and memory can be seen
 * from outside. usage: node mutate-child.js FOLDER SEED FIRST COUNT; one JSON line a case on stdout.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../../../lib/base/error.js';
import { openRootFile, type RootMetadata } from '../../../../lib/columnar/root/index.js';
import { digest, goldenFolder } from '../../../golden/columnar/root/compare.js';

/**
 * Small files; `checked` where all compressed bytes have a checksum (zlib, LZ4, LZMA). uproot does not
 * compress the tree's own record (`open`), so only what is in baskets is protected there.
 */
const files: readonly { name: string; checked: boolean; open?: boolean }[] = [
  { name: 'types-zlib.root', checked: true },
  { name: 'types-lz4.root', checked: true },
  { name: 'types-lzma.root', checked: true },
  { name: 'embedded.root', checked: true },
  { name: 'uproot.root', checked: true, open: true },
  { name: 'places.root', checked: true },
  { name: 'scikit-hep/uproot-small-dy-nooffsets.root', checked: true },
  { name: 'scikit-hep/uproot-small-evnt-tree-fullsplit.root', checked: true },
  { name: 'types-zstd.root', checked: false },
  { name: 'types-none.root', checked: false },
];

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

interface Original {
  readonly name: string;
  readonly checked: boolean;
  readonly bytes: Buffer;
  readonly digests: ReadonlyMap<string, string>;
  /** The branches by tree. */
  readonly asked: ReadonlyMap<string, readonly string[]>;
  /** Byte ranges that are stored without compression, and so without checksum. */
  readonly bare: readonly (readonly [number, number])[];
  /** Places worth hitting: the header, the key lists, the keys of records. */
  readonly structure: readonly number[];
}

/** Digests of every readable branch of the newest cycle of each tree, or of the branches asked for by name. */
async function readAll(
  path: string,
  asked: ReadonlyMap<string, readonly string[]> | undefined,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const file = await openRootFile(path);
  try {
    for (const tree of asked?.keys() ?? new Set(file.trees.map(({ name }) => name))) {
      // Asks by name, as the product does: what is not there any more is an error with a code.
      const wanted = asked?.get(tree);
      const reader = file.columns(tree, wanted ?? []);
      const info = file.trees.filter(({ name }) => name === tree).sort((a, b) => b.cycle - a.cycle)[0]!;
      const branches =
        wanted?.map((name) => info.branches.find((branch) => branch.name === name)!) ??
        info.branches.filter(({ type, entries }) => type !== null && entries === info.entries);
      if (wanted === undefined) {
        const names = branches.map(({ name }) => name);
        const all = await readAll(path, new Map([[tree, names]]));
        for (const [key, value] of all) found.set(key, value);
        continue;
      }
      // Two ranges, so that baskets are cut through.
      const middle = Math.floor(info.entries / 3);
      const first = reader.read(0, middle).map((column, index) => digest(branches[index]!, column).join());
      const second = reader.read(middle, info.entries - middle);
      second.forEach((column, index) => {
        found.set(
          `${tree} ${branches[index]!.name}`,
          `${info.entries} ${first[index]} ${digest(branches[index]!, column)}`,
        );
      });
    }
  } finally {
    file.close();
  }
  return found;
}

async function original({ name, checked, open }: (typeof files)[number]): Promise<Original> {
  const path = join(goldenFolder, name);
  const bytes = readFileSync(path);
  const file = await openRootFile(path);
  const metadata: RootMetadata = file.metadata();
  file.close();
  const bare: [number, number][] = [];
  const baskets: [number, number][] = [];
  const structure = Array.from({ length: 320 }, (_, index) => index);
  for (const { branches } of metadata.trees) {
    for (const { layout } of branches) {
      layout?.seek.forEach((seek, index) => {
        const length = layout.bytes[index]!;
        const objectBytes = bytes.readInt32BE(seek + 6);
        const keyBytes = bytes.readInt16BE(seek + 14);
        baskets.push([seek, seek + length]);
        if (length - keyBytes === objectBytes) bare.push([seek + keyBytes, seek + length]);
        for (let at = 0; at < keyBytes + 9; at += 1) structure.push(seek + at);
      });
    }
  }
  if (open === true) {
    baskets.sort(([left], [right]) => left - right);
    let end = 0;
    for (const [from, to] of [...baskets, [bytes.length, bytes.length] as const]) {
      bare.push([end, from]);
      end = to;
    }
  }
  // The key list is at the end of these files, before the free list.
  for (let at = Math.max(0, bytes.length - 1500); at < bytes.length; at += 1) structure.push(at);
  const digests = await readAll(path, undefined);
  const asked = new Map<string, string[]>();
  for (const key of digests.keys()) {
    const [tree = '', ...branch] = key.split(' ');
    asked.set(tree, [...(asked.get(tree) ?? []), branch.join(' ')]);
  }
  return { name, checked, bytes, digests, asked, bare, structure };
}

/** One to three changes; returns the changed bytes and the lowest and highest position of each change. */
function mutate(source: Original, random: () => number): { bytes: Buffer; changes: [number, number][] } {
  const bytes = Buffer.from(source.bytes);
  const changes: [number, number][] = [];
  const times = 1 + Math.floor(random() * 3);
  for (let time = 0; time < times; time += 1) {
    const inStructure = random() < 0.5;
    const at = inStructure
      ? source.structure[Math.floor(random() * source.structure.length)]!
      : Math.floor(random() * bytes.length);
    const kind = Math.floor(random() * 4);
    const length = Math.min(kind === 2 ? 4 : kind === 3 ? 16 : 1, bytes.length - at);
    for (let index = at; index < at + length; index += 1) {
      if (kind === 0) bytes[index] = bytes[index]! ^ (1 << Math.floor(random() * 8));
      else if (kind === 3) bytes[index] = 0;
      else bytes[index] = Math.floor(random() * 256);
    }
    changes.push([at, at + length]);
  }
  return { bytes, changes };
}

async function main(): Promise<void> {
  const [folder = '', seed = '1', first = '0', count = '1'] = process.argv.slice(2);
  const originals: Original[] = [];
  for (const file of files) originals.push(await original(file));
  const path = join(folder, 'mutated.root');
  for (let index = Number(first); index < Number(first) + Number(count); index += 1) {
    const random = generator(Number(seed) * 1_000_003 + index);
    const source = originals[Math.floor(random() * originals.length)]!;
    const { bytes, changes } = mutate(source, random);
    writeFileSync(path, bytes);
    process.stdout.write(`${JSON.stringify({ begin: index, file: source.name })}\n`);
    let verdict = 'equal';
    try {
      const found = await readAll(path, source.asked);
      const bare = changes.some(([from, to]) => source.bare.some(([start, end]) => from < end && to > start));
      const different = [...source.digests]
        .filter(([key, value]) => found.get(key) !== value)
        .map(([key]) => key);
      if (different.length > 0) {
        verdict = source.checked && !bare ? `different data in ${different.slice(0, 3)}` : 'unprotected';
      }
    } catch (error) {
      verdict =
        error instanceof RmmError && error.code !== 'internal_invariant'
          ? error.code
          : `not ours: ${String(error)}`;
    }
    const megabytes = process.resourceUsage().maxRSS / 1024;
    process.stdout.write(
      `${JSON.stringify({ case: index, file: source.name, changes, verdict, megabytes })}\n`,
    );
  }
}

await main();
