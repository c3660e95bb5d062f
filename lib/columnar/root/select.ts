import { RmmError } from '../../base/error.js';
import { corrupt } from './damage.js';
import { nearest } from './nearest.js';
import type { BranchLayout, BranchMetadata, RootMetadata, ScalarType, TreeMetadata } from './types.js';

/** A branch that can be read. */
export type ReadableBranch = BranchMetadata & { readonly layout: BranchLayout; readonly type: ScalarType };

/**
 * The tree of that name; 'name;cycle' asks for one cycle, a plain name for the newest.
 * @throws root_tree_missing
 */
export function selectTree(metadata: RootMetadata, asked: string): TreeMetadata {
  const [, name = asked, cycle] = /^(.*);(\d+)$/.exec(asked) ?? [];
  let found: TreeMetadata | undefined;
  for (const tree of metadata.trees) {
    if (tree.name !== name || (cycle !== undefined && tree.cycle !== Number(cycle))) continue;
    if (found === undefined || tree.cycle > found.cycle) found = tree;
  }
  if (found !== undefined) return found;
  const there = metadata.trees.map((tree) => `${tree.name};${tree.cycle}`);
  const ntuples =
    metadata.ntuples.length === 0 ? '' : `; RNTuples are not read: ${metadata.ntuples.join(', ')}`;
  throw new RmmError(
    'root_tree_missing',
    there.length === 0
      ? `${metadata.path} holds no tree at all (asked for ${asked})${ntuples}`
      : `${metadata.path} has no tree ${asked}; it has ${listed(there)}${ntuples}`,
    { context: { path: metadata.path, tree: asked, trees: there.slice(0, 20) } },
  );
}

/**
 * The branches of those names, in that order. A branch inside a branch ('parent/child') may be asked for by
 * its last name where only one has it.
 * @throws root_branch_missing, root_branch_unsupported
 */
export function selectBranches(path: string, tree: TreeMetadata, asked: readonly string[]): ReadableBranch[] {
  const byName = new Map<string, BranchMetadata | null>();
  for (const branch of tree.branches) {
    const last = branch.name.slice(branch.name.lastIndexOf('/') + 1);
    if (last !== branch.name) byName.set(last, byName.has(last) ? null : branch);
  }
  // Full names stand over last names; the first of two branches with one name wins, as in ROOT.
  for (let index = tree.branches.length - 1; index >= 0; index -= 1) {
    byName.set(tree.branches[index]!.name, tree.branches[index]!);
  }
  const missing = asked.filter((name) => !byName.get(name));
  if (missing.length > 0) {
    const known = tree.branches.map((branch) => branch.name);
    const texts = missing.map((name) => {
      const near = nearest(name, known);
      return near.length === 0 ? name : `${name} (nearest: ${near.join(', ')})`;
    });
    throw new RmmError('root_branch_missing', `${path}, tree ${tree.name}: no branch ${listed(texts)}`, {
      context: { path, tree: tree.name, missing },
    });
  }
  return asked.map((name) => {
    const branch = byName.get(name)!;
    const { layout, type } = branch;
    if (layout === null || type === null) {
      throw new RmmError(
        'root_branch_unsupported',
        `${path}, tree ${tree.name}, branch ${branch.name}${branch.typeName === '' ? '' : ` of type ${branch.typeName}`} cannot be read: ${branch.why}`,
        { context: { path, tree: tree.name, branch: branch.name } },
      );
    }
    return { ...branch, layout, type };
  });
}

/**
 * What a branch says of its baskets must agree with the tree and the file before anything is read.
 * @throws root_corrupt, root_branch_unsupported
 */
export function checkLayout(path: string, tree: TreeMetadata, branch: ReadableBranch, size: number): void {
  const place = { path, branch: branch.name };
  const { seek, bytes, firstEntry } = branch.layout;
  if (branch.entries !== tree.entries) {
    throw new RmmError(
      'root_branch_unsupported',
      `${path}, branch ${branch.name} cannot be read: it has ${branch.entries} of the ${tree.entries} entries of tree ${tree.name} (a branch that was switched off or added while the tree was written)`,
      { context: { path, tree: tree.name, branch: branch.name } },
    );
  }
  if (firstEntry[0] !== 0 && tree.entries > 0) {
    throw corrupt(place, `the first basket begins at entry ${firstEntry[0]}`);
  }
  for (let basket = 0; basket + 1 < firstEntry.length; basket += 1) {
    if (!(firstEntry[basket + 1]! >= firstEntry[basket]!)) {
      throw corrupt(
        { ...place, basket },
        `it ends at entry ${firstEntry[basket + 1]}, before its first, ${firstEntry[basket]}`,
      );
    }
  }
  const last = firstEntry[firstEntry.length - 1]!;
  if (last !== tree.entries) {
    throw corrupt(place, `its baskets hold ${last} entries, the tree has ${tree.entries}`);
  }
  let total = 0;
  for (let basket = 0; basket < seek.length; basket += 1) {
    const start = seek[basket]!;
    if (!(start > 0 && bytes[basket]! > 0 && start + bytes[basket]! <= size)) {
      throw corrupt(
        { ...place, basket, byte: start },
        `it is said to have ${bytes[basket]} bytes here, the file has ${size}`,
      );
    }
    total += bytes[basket]!;
  }
  if (total > size) throw corrupt(place, `its baskets are said to have ${total} bytes, the file has ${size}`);
}

function listed(names: readonly string[]): string {
  const most = 12;
  return names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
