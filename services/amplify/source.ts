import { RmmError } from '../../lib/base/error.js';
import {
  type BranchInfo,
  openRootFile,
  type RootMetadata,
  type TreeInfo,
} from '../../lib/columnar/root/index.js';

/** An input file whose metadata has been read. */
export interface Source {
  readonly path: string;
  readonly metadata: RootMetadata;
  /** Size, UUID and metadata hash: what the output's UUID is made from. */
  readonly fingerprint: string;
  readonly entries: number;
}

export interface Sources {
  readonly tree: string;
  readonly files: readonly Source[];
  /** Branches that can be copied, the same in every file. */
  readonly branches: readonly BranchInfo[];
  /** Branches that cannot be read, and why: the output lacks them. */
  readonly dropped: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Reads the metadata of the inputs and checks that they fit one tree. Without `treeName` the tree is the one with
 * the most entries in the first file.
 * @throws what `openRootFile` throws; amplify_branches_differ, amplify_empty
 */
export async function openSources(paths: readonly string[], treeName?: string): Promise<Sources> {
  const files: Source[] = [];
  let first: TreeInfo | undefined;
  for (const path of paths) {
    const file = await openRootFile(path);
    try {
      const name = first?.name ?? treeName ?? largestTree(file.trees);
      // `metadata` names the trees that exist where this one does not.
      const metadata = file.metadata({ tree: name, branches: [] });
      const tree = file.trees.find(
        (one) => one.name === metadata.trees[0]!.name && one.cycle === metadata.trees[0]!.cycle,
      )!;
      const readable = tree.branches.filter((branch) => branch.type !== null).map((branch) => branch.name);
      if (first === undefined) first = tree;
      else checkSame(paths[0]!, first, path, tree);
      files.push({
        path,
        metadata: file.metadata({ tree: tree.name, branches: readable }),
        fingerprint: `${file.size} ${file.uuid} ${file.metadataHash}`,
        entries: tree.entries,
      });
    } finally {
      file.close();
    }
  }
  if (first === undefined || files.every((file) => file.entries === 0)) {
    throw new RmmError(
      'amplify_empty',
      `no event to copy in ${paths.join(', ')}; give files that hold events`,
    );
  }
  return {
    tree: first.name,
    files,
    branches: first.branches.filter((branch) => branch.type !== null),
    dropped: first.branches
      .filter((branch) => branch.type === null)
      .map((branch) => ({ name: branch.name, why: branch.why ?? '' })),
  };
}

function largestTree(trees: readonly TreeInfo[]): string {
  let largest = trees[0];
  for (const tree of trees) if (tree.entries > largest!.entries) largest = tree;
  return largest?.name ?? '';
}

function checkSame(firstPath: string, first: TreeInfo, path: string, tree: TreeInfo): void {
  const types = (of: TreeInfo) => new Map(of.branches.map((branch) => [branch.name, branch.typeName]));
  const [expected, found] = [types(first), types(tree)];
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    if (expected.get(name) === found.get(name)) continue;
    throw new RmmError(
      'amplify_branches_differ',
      `${path}: branch ${name} is ${found.get(name) ?? 'missing'} here and ${expected.get(name) ?? 'missing'} in ` +
        `${firstPath}; amplify files of one layout together, others in a call of their own`,
      { context: { path, branch: name } },
    );
  }
}
