import { readdirSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { compileParts, expandBraces, type PathPart } from './glob-pattern.js';

export interface FolderEntry {
  readonly name: string;
  readonly folder: boolean;
  readonly link: boolean;
}

/** The file system as the matcher needs it, so that tests can own it. */
export interface GlobFileSystem {
  /** Entries of a folder; none where it is not there, and the system's error where it cannot be read. */
  list(folder: string): readonly FolderEntry[] | { readonly error: string };
  /** What `path` is; links are followed. */
  kind(path: string): 'file' | 'folder' | 'other' | 'missing';
}

export const nodeFileSystem: GlobFileSystem = {
  list(folder) {
    try {
      return readdirSync(folder, { withFileTypes: true }).map((entry) => ({
        name: entry.name,
        folder: entry.isDirectory(),
        link: entry.isSymbolicLink(),
      }));
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR' ? [] : { error: code };
    }
  },
  kind(path) {
    try {
      const found = statSync(path);
      return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    } catch {
      return 'missing';
    }
  },
};

export interface GlobResult {
  /** Files that match, sorted by their path's code units, each once. */
  readonly files: readonly string[];
  /** Folders that match: only to explain an empty result. */
  readonly folders: readonly string[];
  /** Folders that were to be looked into and cannot be read: files in them may be missing here. */
  readonly unreadable: readonly { readonly folder: string; readonly error: string }[];
}

/**
 * Files below `base` that match `pattern` (see glob-pattern.ts); relative patterns give relative paths.
 * `**` does not follow links, so a cycle of links ends.
 * @throws RangeError when braces unfold to more than 1,024 patterns
 */
export function glob(pattern: string, base: string, system: GlobFileSystem = nodeFileSystem): GlobResult {
  const files = new Set<string>();
  const folders = new Set<string>();
  const unreadable = new Map<string, string>();
  for (const single of expandBraces(pattern)) {
    const parts = compileParts(single);
    const absolute = isAbsolute(single);
    const root = absolute ? '/' : base;
    const start = absolute ? parts.slice(1) : parts;
    walk(system, root, absolute ? '/' : '', start, 0, {
      found(path, kind) {
        if (kind === 'file') files.add(path);
        else if (kind === 'folder') folders.add(path);
      },
      refused: (path, error) => unreadable.set(path === '' ? root : path, error),
    });
  }
  return {
    files: [...files].sort(byCodeUnit),
    folders: [...folders].sort(byCodeUnit),
    unreadable: [...unreadable].map(([folder, error]) => ({ folder, error })),
  };
}

/** Hears of what a walk comes to. */
interface Walk {
  found(path: string, kind: ReturnType<GlobFileSystem['kind']>): void;
  refused(folder: string, error: string): void;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function walk(
  system: GlobFileSystem,
  root: string,
  path: string,
  parts: readonly PathPart[],
  index: number,
  to: Walk,
): void {
  const part = parts[index];
  const full = path === '' ? root : isAbsolute(path) ? path : join(root, path);
  if (part === undefined) {
    to.found(path, system.kind(full));
    return;
  }
  const below = (name: string) => (path === '' ? name : path.endsWith('/') ? path + name : `${path}/${name}`);
  if (part.kind === 'literal') {
    if (index < parts.length - 1 || system.kind(join(full, part.name)) !== 'missing') {
      walk(system, root, below(part.name), parts, index + 1, to);
    }
    return;
  }
  const last = index === parts.length - 1;
  if (part.kind === 'any-depth' && !last) walk(system, root, path, parts, index + 1, to);
  const entries = system.list(full);
  if ('error' in entries) {
    to.refused(path, entries.error);
    return;
  }
  for (const entry of entries) {
    const hidden = entry.name.startsWith('.');
    if (part.kind === 'pattern') {
      if ((hidden && !part.dot) || !part.regex.test(entry.name)) continue;
      if (last || entry.folder || entry.link) walk(system, root, below(entry.name), parts, index + 1, to);
    } else if (!hidden) {
      if (entry.folder && !entry.link) walk(system, root, below(entry.name), parts, index, to);
      else if (last) to.found(below(entry.name), system.kind(join(full, entry.name)));
    }
  }
}
