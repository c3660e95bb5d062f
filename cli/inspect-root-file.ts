import { openRootFile } from '../lib/columnar/root/index.js';
import type { InspectedFile } from './inspected-file.js';

/** Opens a ROOT file and hands on what its metadata says; no event is read. Throws the reader's root_... errors. */
export async function inspectRootFile(path: string): Promise<InspectedFile> {
  const file = await openRootFile(path);
  try {
    return { path, size: file.size, uuid: file.uuid, trees: file.trees };
  } finally {
    file.close();
  }
}
