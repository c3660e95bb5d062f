import { existsSync, statSync } from 'node:fs';
import { basename, extname, isAbsolute, resolve } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import type { PlannedSample } from './input-plan.js';

/**
 * Files given on the command line, without a configuration, as samples: each under the name of its file, or
 * all under one name. Their events are neither split nor trained on.
 */
export function looseSamples(
  paths: readonly string[],
  currentDirectory: string,
  sample: string | undefined,
): PlannedSample[] {
  const samples = new Map<string, { name: string; path: string }[]>();
  const seen = new Set<string>();
  for (const given of paths) {
    const path = isRemote(given) ? given : resolve(currentDirectory, given);
    const identity = isRemote(given) ? given : identityOf(path);
    if (seen.has(identity)) {
      throw new RmmError('cli_usage', `${given} is given twice; expected each file once`, {
        context: { file: given },
      });
    }
    seen.add(identity);
    const name = sample ?? (basename(given, extname(given)).replace(/[^A-Za-z0-9_.+-]/g, '_') || 'input');
    const list = samples.get(name) ?? [];
    // Outputs hold no absolute path (decisions.md 12).
    list.push({ name: isAbsolute(given) ? basename(given) : given, path });
    samples.set(name, list);
  }
  return [...samples].map(([name, files]) => ({ name, kind: 'input', files }));
}

function isRemote(path: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(path);
}

/** The same for one file under two names; a file that is missing is found out when it is opened. */
function identityOf(path: string): string {
  const found = existsSync(path) ? statSync(path) : undefined;
  return found === undefined ? path : `${found.dev}:${found.ino}`;
}
