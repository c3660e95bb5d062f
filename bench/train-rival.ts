import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/**
 * A Python program that is measured against us. It prints "ready" after its set-up, then for each name read
 * from its standard input runs that variant once and prints the rows a second. So both sides run in turns
 * and share whatever else the machine does.
 */
export class Rival {
  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
    private readonly reader: Interface,
  ) {}

  static async start(python: string, args: readonly string[]): Promise<Rival> {
    const child = spawn(python, args, { stdio: 'pipe' });
    child.stderr.resume();
    const reader = createInterface({ input: child.stdout });
    const rival = new Rival(child, reader[Symbol.asyncIterator](), reader);
    const line = await rival.line();
    if (line !== 'ready')
      throw new Error(`${args[0]} said ${JSON.stringify(line)} where "ready" was expected`);
    return rival;
  }

  private async line(): Promise<string> {
    const next = await this.lines.next();
    if (next.done === true) throw new Error(`${this.child.spawnargs.join(' ')} ended early`);
    return next.value;
  }

  /** Rows a second of one run of a variant. */
  async run(variant: string): Promise<number> {
    this.child.stdin.write(`${variant}\n`);
    const rate = Number(await this.line());
    if (!(rate > 0)) throw new Error(`variant ${variant} gave no rate`);
    return rate;
  }

  stop(): void {
    this.child.stdin.end();
    this.reader.close();
  }
}

/** The value of `--name VALUE` on the command line. */
export function option(name: string, fallback: string): string {
  const index = process.argv.indexOf(`--${name}`);
  return index >= 0 ? (process.argv[index + 1] ?? fallback) : fallback;
}

/** Runs every contestant in turn, `rounds` times, and keeps each one's best. */
export async function bestOf(
  rounds: number,
  contestants: Readonly<Record<string, () => Promise<number>>>,
): Promise<Record<string, number>> {
  const best: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      best[name] = Math.max(best[name] ?? 0, await run());
    }
  }
  return best;
}

/** Prints rows a second and the ratio of each line to the best rival's. */
export function printTable(
  title: string,
  best: Readonly<Record<string, number>>,
  rivals: readonly string[],
): void {
  const limit = Math.max(...rivals.map((name) => best[name]!));
  process.stdout.write(`${title}\n`);
  for (const [name, rate] of Object.entries(best)) {
    const ratio = (rate / limit).toFixed(2);
    process.stdout.write(
      `  ${name.padEnd(44)} ${Math.round(rate).toString().padStart(9)} rows/s ${ratio.padStart(6)} x\n`,
    );
  }
}
