import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromSystemError } from './error.js';

/** A name beside `path` for what will stand there: hidden, and no other writer's. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** What `temporaryPath` gives, and nothing else: a folder may hold somebody else's .tmp files. */
const pattern = /^\.(?<name>.+)\.[0-9a-f]{12}\.tmp$/;

/**
 * Deletes what was begun in `folder`, and not published, under the names that are chosen. Only their owner may do so,
 * once no earlier one is let write any more: whatever such a one has prepared can then never be published.
 * @throws io_failed
 */
export function sweepTemporaryFiles(folder: string, isChosen: (name: string) => boolean = () => true): void {
  if (!existsSync(folder)) return;
  try {
    for (const found of readdirSync(folder)) {
      const name = pattern.exec(found)?.groups?.name;
      if (name !== undefined && isChosen(name)) rmSync(join(folder, found), { recursive: true, force: true });
    }
  } catch (error) {
    throw fromSystemError(error, 'sweeping', folder);
  }
}

/** The same for everything in `folder` and below. @throws io_failed */
export function sweepTemporaryTree(folder: string): void {
  sweepTemporaryFiles(folder);
  for (const name of subfolders(folder)) sweepTemporaryTree(join(folder, name));
}

/** The same for what was to stand at `path`. @throws io_failed */
export function sweepTemporariesOf(path: string): void {
  sweepTemporaryFiles(dirname(path), (name) => name === basename(path));
}

function subfolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
