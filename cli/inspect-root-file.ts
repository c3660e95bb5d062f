import type { InspectedFile } from './inspected-file.js';

/**
 * Opens a ROOT file and hands on what its metadata says; no event is read. Throws the reader's root_... errors.
 * The reader is loaded at the first file, so that `doctor` runs where one of its decoders does not.
 */
export async function inspectRootFile(path: string): Promise<InspectedFile> {
  const { openRootFile } = await import('../lib/columnar/root/index.js');
  const file = await openRootFile(path);
  try {
    return { path, size: file.size, uuid: file.uuid, trees: file.trees };
  } finally {
    file.close();
  }
}
