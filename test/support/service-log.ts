import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { untilTrue } from './kafka-services.js';

type Line = Readonly<Record<string, unknown>>;

/** What a service logs, as it comes. */
export class ServiceLog {
  readonly #lines: Line[] = [];

  constructor(child: ChildProcess) {
    createInterface({ input: child.stderr! }).on('line', (text) => {
      try {
        this.#lines.push(JSON.parse(text) as Line);
      } catch {
        // Not a line of the log; the test shows it with the exit code.
      }
    });
  }

  /** Lines with these fields. */
  having(fields: Line): readonly Line[] {
    return this.#lines.filter((line) =>
      Object.entries(fields).every(([name, value]) => line[name] === value),
    );
  }

  /** Waits for a line with these fields. */
  async until(fields: Line): Promise<Line> {
    await untilTrue(`a service logs ${JSON.stringify(fields)}`, async () => this.having(fields).length > 0);
    return this.having(fields)[0]!;
  }
}
