import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { layoutOf } from '../../pipeline/layout.js';

/**
 * Finished files of scores in an output directory, in order; undefined where their folder cannot be read (yet).
 * @param topics over Kafka the id of the run's topics, which is in the names (services/scorer/window-names.ts)
 */
export function scoreFiles(outputDirectory: string, topics?: string): readonly string[] | undefined {
  const folder = layoutOf(outputDirectory).scores;
  const isOwn = (name: string) => topics === undefined || name.includes(`-${topics}.p`);
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.parquet') && !name.startsWith('.') && isOwn(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    // Not there yet, just deleted by a fresh run, or of another user: the page says that there are none.
    return undefined;
  }
}
