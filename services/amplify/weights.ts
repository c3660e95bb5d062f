import { columnReaderFrom } from '../../lib/columnar/root/index.js';
import type { BranchNames } from './layout.js';
import type { FileWeights } from './plan.js';
import type { Source, Sources } from './source.js';

/** Entries of a weight-only read: eight bytes each, so a large step. */
const stepEntries = 262_144;

/** Sums the weights of every input; files without these branches get sums of zero. */
export async function readWeights(
  sources: Sources,
  names: BranchNames,
  repeats: readonly { readonly whole: number; readonly rest: number }[],
): Promise<readonly FileWeights[]> {
  const has = (name: string) => sources.branches.some((branch) => branch.name === name);
  const out: FileWeights[] = [];
  for (const [index, source] of sources.files.entries()) {
    const repeat = repeats[index]!;
    const sums = has(names.weight)
      ? await sumWeight(source, sources.tree, names.weight, repeat.rest)
      : nothing;
    const sumWeights = has(names.sumWeights) ? await firstValue(source, sources.tree, names.sumWeights) : 0;
    out.push({ entries: source.entries, ...repeat, ...sums, sumWeights });
  }
  return out;
}

const nothing = { allWeight: 0, restWeight: 0 };

/** Sums of a branch over all entries and over the first `rest`; values that are not finite count for nothing. */
async function sumWeight(
  source: Source,
  tree: string,
  branch: string,
  rest: number,
): Promise<{ readonly allWeight: number; readonly restWeight: number }> {
  const reader = await columnReaderFrom(source.metadata, tree, [branch]);
  let allWeight = 0;
  let restWeight = 0;
  try {
    for (let first = 0; first < source.entries; first += stepEntries) {
      const count = Math.min(stepEntries, source.entries - first);
      const { values } = reader.read(first, count)[0]!;
      for (let index = 0; index < count; index += 1) {
        const weight = Number(values[index]);
        if (!Number.isFinite(weight)) continue;
        allWeight += weight;
        if (first + index < rest) restWeight += weight;
      }
    }
  } finally {
    reader.close();
  }
  return { allWeight, restWeight };
}

async function firstValue(source: Source, tree: string, branch: string): Promise<number> {
  if (source.entries === 0) return 0;
  const reader = await columnReaderFrom(source.metadata, tree, [branch]);
  try {
    return Number(reader.read(0, 1)[0]!.values[0]);
  } finally {
    reader.close();
  }
}
