import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.js';
import { fromSystemError, RmmError } from '../base/error.js';

/**
 * One small JSON file for each finished piece of work. A piece counts as done when its record is there, and
 * the record is written last; so after a kill the records tell exactly what need not be done again.
 */
export class RecordStore<Value> {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Every record by name. */
  readAll(): Map<string, Value> {
    const found = new Map<string, Value>();
    if (!existsSync(this.#folder)) return found;
    for (const file of readdirSync(this.#folder).sort()) {
      if (file.endsWith('.json') && !file.startsWith('.')) found.set(file.slice(0, -5), this.#parse(file));
    }
    return found;
  }

  write(name: string, value: Value): void {
    writeFileAtomic(join(this.#folder, `${name}.json`), JSON.stringify(value));
  }

  remove(name: string): void {
    rmSync(join(this.#folder, `${name}.json`), { force: true });
  }

  #parse(file: string): Value {
    const path = join(this.#folder, file);
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw fromSystemError(error, 'reading', path);
      throw new RmmError(
        'partial_damaged',
        `${path} is not whole JSON (${error.message}); start over with --fresh`,
        {
          context: { path },
        },
      );
    }
  }
}
