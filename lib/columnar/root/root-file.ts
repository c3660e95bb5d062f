import { RmmError } from '../../base/error.js';
import { columnReader } from './column-reader.js';
import { type FileBytes, openFileBytes } from './file-bytes.js';
import { readMetadata } from './metadata.js';
import { selectBranches, selectTree } from './select.js';
import type { BranchMetadata, ColumnReader, RootMetadata, TreeInfo } from './types.js';
import { prepareZstd } from './zstd.js';

export interface RootFile {
  readonly path: string;
  readonly size: number;
  /** TFile UUID, '' in files older than UUIDs. */
  readonly uuid: string;
  /** sha256 (hex) over header, key lists and tree records: with size and uuid the file's fingerprint. */
  readonly metadataHash: string;
  /** Every cycle of every tree, directories in the names. */
  readonly trees: readonly TreeInfo[];
  /**
   * A reader of `branches` of `tree` ('mini', or 'mini;2' for a cycle; the newest by default). It stays
   * usable until the file is closed.
   */
  columns(tree: string, branches: readonly string[]): ColumnReader;
  /** What `columnReaderFrom` needs, as a plain object; with `tree` and `branches` only those. */
  metadata(only?: { tree: string; branches: readonly string[] }): RootMetadata;
  close(): void;
}

/**
 * Opens a local ROOT file and reads its metadata; no basket is touched.
 * @throws root_file_missing, root_is_directory, root_remote_url, root_file_empty, root_not_a_root_file,
 *   root_truncated, root_corrupt, root_unsupported, io_failed
 */
export async function openRootFile(path: string): Promise<RootFile> {
  await prepareZstd();
  const file = openFileBytes(path);
  let metadata: RootMetadata;
  try {
    metadata = readMetadata(file);
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    path,
    size: metadata.size,
    uuid: metadata.uuid,
    metadataHash: metadata.metadataHash,
    trees: metadata.trees.map((tree) => ({
      ...tree,
      branches: tree.branches.map(({ layout: _, ...info }) => info),
    })),
    columns: (tree, branches) => columnReader(file, metadata, tree, branches, () => {}),
    metadata: (only) => (only === undefined ? metadata : reduced(metadata, only.tree, only.branches)),
    close: () => file.close(),
  };
}

/**
 * A reader from metadata that another thread or an earlier step has read: nothing is parsed again. The
 * reader opens the file and closes it with `close`.
 * @throws as `openRootFile` and `RootFile.columns`; root_file_changed where the file's size is another
 */
export async function columnReaderFrom(
  metadata: RootMetadata,
  tree: string,
  branches: readonly string[],
): Promise<ColumnReader> {
  await prepareZstd();
  const file: FileBytes = openFileBytes(metadata.path);
  try {
    if (file.size !== metadata.size) {
      throw new RmmError(
        'root_file_changed',
        `${metadata.path} had ${metadata.size} bytes when it was opened first and has ${file.size} now`,
        { context: { path: metadata.path } },
      );
    }
    return columnReader(file, metadata, tree, branches, () => file.close());
  } catch (error) {
    file.close();
    throw error;
  }
}

function reduced(metadata: RootMetadata, treeName: string, branches: readonly string[]): RootMetadata {
  const tree = selectTree(metadata, treeName);
  const kept: BranchMetadata[] = selectBranches(metadata.path, tree, branches);
  // Baskets without offsets need the branch that counts their values.
  for (const counter of new Set(kept.map((branch) => branch.layout?.counter))) {
    const found = tree.branches.find((branch) => branch.name === counter);
    if (found !== undefined && !kept.some((branch) => branch.name === counter)) kept.push(found);
  }
  return { ...metadata, trees: [{ ...tree, branches: kept }] };
}
