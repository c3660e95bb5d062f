import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { packageRoot } from '../../../../lib/base/package-root.js';
import { type BranchInfo, type Column, openRootFile } from '../../../../lib/columnar/root/index.js';

/** The folder with the small files and golden.json. */
export const goldenFolder = join(packageRoot, 'test', 'golden', 'columnar', 'root');

/** What digests.py writes of a file: type, shape, digest and, where it differs from the tree's, entries. */
export interface FileDigests {
  readonly failed?: string;
  readonly trees: Readonly<
    Record<string, { entries: number; branches: Record<string, [string, string, string, number?]> }>
  >;
}

/** The digest of digests.py over what our reader gives. */
export function digest(branch: BranchInfo, column: Column): [string, string, string] {
  const shape = column.kind === 'fixed' ? `fixed:${column.length}` : column.kind;
  const hash = createHash('sha256').update(`${branch.type} ${shape}\n`);
  if (column.kind === 'jagged') hash.update(bytesOf(column.offsets));
  hash.update(bytesOf(column.values));
  return [branch.type ?? 'null', shape, hash.digest('hex').slice(0, 16)];
}

export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * uproot takes TObject's fBits inside collections as plain numbers though referenced objects have two more
 * bytes there, and gives nonsense for them; our reader refuses them.
 */
export function misreadByUproot(branch: string): boolean {
  return /\bfBits$/.test(branch);
}

/** Differences between our columns and uproot's digests, and the number of branches that were compared. */
export async function compareFile(
  path: string,
  golden: FileDigests,
): Promise<{ compared: number; differences: string[] }> {
  const differences: string[] = [];
  let compared = 0;
  const file = await openRootFile(path);
  for (const [key, tree] of Object.entries(golden.trees)) {
    const info = file.trees.find(({ name, cycle }) => `${name};${cycle}` === key);
    if (info === undefined || info.entries !== tree.entries) {
      differences.push(`${key}: ${info?.entries} entries, uproot ${tree.entries}`);
      continue;
    }
    for (const [name, [type, shape, sha, entries]] of Object.entries(tree.branches)) {
      if (misreadByUproot(name)) continue;
      const branch = info.branches.find((candidate) => candidate.name === name);
      if (branch === undefined) {
        differences.push(`${key} ${name}: not there`);
        continue;
      }
      if (entries !== undefined) {
        // A branch that was not filled with the others is refused when it is asked for.
        if (branch.entries !== entries)
          differences.push(`${key} ${name}: ${branch.entries} entries, uproot ${entries}`);
        compared += 1;
        continue;
      }
      try {
        const reader = file.columns(key, [name]);
        const found = digest(branch, reader.read(0, info.entries)[0]!);
        if (found.join() !== [type, shape, sha].join())
          differences.push(`${key} ${name}: ${found}, uproot ${type},${shape},${sha}`);
      } catch (error) {
        differences.push(`${key} ${name}: ${String(error)}`);
      }
      compared += 1;
    }
  }
  file.close();
  return { compared, differences };
}
