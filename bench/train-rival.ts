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

  async run(variant: string): Promise<Taken> {
    this.child.stdin.write(`${variant}\n`);
    const [wall, cpu] = (await this.line()).split(' ').map(Number);
    if (!(wall! > 0) || !(cpu! > 0)) throw new Error(`variant ${variant} gave no times`);
    return { wall: wall!, cpu: cpu! };
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

/** Seconds of one run: by the clock, and of processor time over all threads. */
export interface Taken {
  readonly wall: number;
  readonly cpu: number;
}

/** Times a run of our own. */
export async function timed(run: () => Promise<void> | void): Promise<Taken> {
  const began = performance.now();
  const used = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(used);
  return { wall: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
}

/** Runs every contestant in turn, `rounds` times, and keeps each one's least times. */
export async function bestOf(
  rounds: number,
  contestants: Readonly<Record<string, () => Promise<Taken>>>,
): Promise<Record<string, Taken>> {
  const best: Record<string, Taken> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const taken = await run();
      const { wall, cpu } = best[name] ?? taken;
      best[name] = { wall: Math.min(wall, taken.wall), cpu: Math.min(cpu, taken.cpu) };
    }
  }
  return best;
}

/**
 * Prints rows a second by the clock and a second of processor time, each with its ratio to the best of
 * `rivals`. On a busy machine only the second is fair: a program with more threads gets a larger share.
 */
export function printTable(
  title: string,
  rows: number,
  best: Readonly<Record<string, Taken>>,
  rivals: readonly string[],
): void {
  process.stdout.write(`${title}\n${''.padEnd(44)}  rows/s      ratio   rows/s of a core  ratio\n`);
  const least = (kind: keyof Taken) => Math.min(...rivals.map((name) => best[name]![kind]));
  for (const [name, taken] of Object.entries(best)) {
    const column = (kind: keyof Taken) =>
      `${Math.round(rows / taken[kind])
        .toString()
        .padStart(10)} ${(least(kind) / taken[kind]).toFixed(2).padStart(7)} x`;
    process.stdout.write(`  ${name.padEnd(42)}${column('wall')} ${column('cpu')}\n`);
  }
}
