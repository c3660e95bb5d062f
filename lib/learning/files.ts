import { createHash } from 'node:crypto';
import { RmmError } from '../base/error.js';

/** One file of a model or checkpoint folder; where it goes is somebody else's decision. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Size and sha256 of a file, as an index holds them. */
export interface FileCheck {
  readonly bytes: number;
  readonly sha256: string;
}

export function checkOf(bytes: Uint8Array): FileCheck {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export function jsonFile(name: string, content: unknown): NamedFile {
  return { name, bytes: Buffer.from(`${JSON.stringify(content, null, 1)}\n`, 'utf8') };
}

/** The checks of files by name, in the files' order. */
export function checksOf(files: readonly NamedFile[]): Record<string, FileCheck> {
  return Object.fromEntries(files.map((file) => [file.name, checkOf(file.bytes)]));
}

/** The folder's index: a JSON object with a format name, a version and the checks of every other file. */
export interface FolderIndex {
  readonly format: string;
  readonly version: number;
  readonly files: Readonly<Record<string, FileCheck>>;
}

/**
 * Reads and checks a folder's index and every file it lists.
 * @param files what was found in the folder, by name; others are ignored
 * @param where the folder, for messages
 * @throws RmmError `model_corrupt`, `model_version_unsupported`
 */
export function readFolder<Index extends FolderIndex>(
  files: ReadonlyMap<string, Uint8Array>,
  where: string,
  indexName: string,
  format: string,
  version: number,
): Index {
  const index = parseObject(requireFile(files, where, indexName), `${where}/${indexName}`);
  if (index.format !== format) {
    throw corrupt(
      `${where}/${indexName} has the format ${JSON.stringify(index.format)}, expected "${format}"`,
    );
  }
  if (index.version !== version) {
    throw new RmmError(
      'model_version_unsupported',
      `${where}/${indexName} has version ${JSON.stringify(index.version)}${writtenBy(index)}; this rmmstream reads version ${version}`,
      { context: { path: where } },
    );
  }
  if (typeof index.files !== 'object' || index.files === null) {
    throw corrupt(`${where}/${indexName} does not list its files`);
  }
  const [fault] = fileFaults(files, where, indexName, index.files as FolderIndex['files']);
  if (fault !== undefined) throw corrupt(fault);
  return index as unknown as Index;
}

/** What is wrong with the files that an index lists, one line each: missing, or not as the index has them. */
export function fileFaults(
  files: ReadonlyMap<string, Uint8Array>,
  where: string,
  indexName: string,
  checks: Readonly<Record<string, Partial<FileCheck> | null>>,
): string[] {
  return Object.entries(checks).flatMap(([name, expected]) => {
    const bytes = files.get(name);
    if (bytes === undefined) return [`${where} lacks the file ${name}`];
    const found = checkOf(bytes);
    if (found.bytes === expected?.bytes && found.sha256 === expected.sha256) return [];
    return [
      `${where}/${name} has ${found.bytes} bytes and sha256 ${found.sha256}; ${indexName} expects ${expected?.bytes} bytes and ${expected?.sha256}`,
    ];
  });
}

/** Version 1 of a model named its program in a record. */
function writtenBy({ program, record }: Record<string, unknown>): string {
  const name = program ?? (record as { readonly program?: unknown } | undefined)?.program;
  return typeof name === 'string' ? `, written by rmmstream ${name}` : '';
}

/** @throws RmmError `model_corrupt` where the file is missing */
export function requireFile(files: ReadonlyMap<string, Uint8Array>, where: string, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw corrupt(`${where} lacks the file ${name}`);
  return bytes;
}

/** @throws RmmError `model_corrupt` where the bytes are not a JSON object */
export function parseObject(bytes: Uint8Array, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch (cause) {
    throw new RmmError('model_corrupt', `${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw corrupt(`${where} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}

export function corrupt(message: string): RmmError {
  return new RmmError('model_corrupt', message);
}
