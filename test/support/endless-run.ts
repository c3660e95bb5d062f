import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliResult, runCli } from './cli.js';
import { copyRootFile } from './root-copy.js';
import { sampleFile } from './small-run.js';

/** What ledger --json says, as far as tests ask. */
export interface LedgerPage {
  readonly state: string;
  readonly totals: {
    readonly entries: number;
    readonly scored: number;
    readonly cut: number;
    readonly dead_letters: number;
  };
  readonly files: readonly { readonly file: string; readonly entries: number; readonly scored: number }[];
}

interface FileOptions {
  /** How often the sample's entries stand in it. */
  readonly times?: number;
  /** Leptons are harder by this factor. */
  readonly harder?: number;
  /** An event that cannot be used. */
  readonly hasBadWeight?: boolean;
}

const sources = { zee: 'mc/zee', ttbar: 'mc/ttbar', zprime: 'mc/zprime2000_mumu' } as const;

/** Training events of zee.root and ttbar.root, which a test drops as a pair. */
export const pairTraining = 2063 + 1488;

/** A configuration without end with its watched folder, and files to be dropped into it. */
export class EndlessRun {
  readonly config: string;
  readonly output: string;
  readonly #folder: string;
  #identity = 0;

  /**
   * Generations and windows of drift are closed by a pair of files, and not by one of them.
   * @param more.kafka settings of the section kafka
   */
  constructor(
    folder: string,
    brokers: readonly string[],
    more: { readonly output?: string; readonly kafka?: Readonly<Record<string, unknown>> } = {},
  ) {
    this.#folder = folder;
    for (const name of ['in', 'store']) mkdirSync(join(folder, name));
    this.config = join(folder, 'live.yaml');
    this.output = more.output ?? join(folder, 'out');
    const configuration = {
      input: {
        mode: 'continuous',
        samples: [
          { name: 'zee', kind: 'background', files: ['in/zee*.root'] },
          { name: 'ttbar', kind: 'background', files: ['in/ttbar*.root'] },
          { name: 'zprime', kind: 'signal', files: ['in/zprime*.root'] },
        ],
      },
      features: { min_filled: 20 },
      training: { epochs: 4, batch_events: 256 },
      continuous: {
        scan_interval_ms: 200,
        // Long beside the pauses in which a test lets a file grow.
        settle_ms: 2000,
        write_interval_ms: 500,
        freeze_events: 3000,
        generation_events: 3000,
        drift_window_events: 3000,
      },
      engine: { type: 'kafka', brokers, copies: { scorer: 2 } },
      kafka: { prefix: 'endless', topics: { partitions: 2 }, session_timeout_ms: 2000, ...more.kafka },
      output: { directory: this.output },
    };
    writeFileSync(this.config, JSON.stringify(configuration, null, 1));
  }

  /** Drops a new file in one step; `name` begins with that of its sample. */
  async drop(name: string, options: FileOptions = {}): Promise<void> {
    renameSync(await this.#make(name, options), this.#place(name));
  }

  /** Copies a file under another name. */
  copy(name: string, to: string): void {
    copyFileSync(this.#place(name), this.#place(to));
  }

  /** Begins a new file, which grows with every call of `grow` until `end` gives it the rest. */
  async begin(name: string): Promise<{ readonly grow: () => void; readonly end: () => void }> {
    const bytes = readFileSync(await this.#make(name, {}));
    let written = 0;
    const append = (to: number) => {
      appendFileSync(this.#place(name), bytes.subarray(written, to));
      written = to;
    };
    const grow = () => {
      if (written + 100 >= bytes.length) throw new Error('the file has grown up');
      append(written + 100);
    };
    grow();
    return { grow, end: () => append(bytes.length) };
  }

  /** Asks `rmmstream ledger`. */
  async ledger(): Promise<{ readonly result: CliResult; readonly page: LedgerPage }> {
    const result = await runCli(['ledger', this.config, '--json']);
    return { result, page: JSON.parse(result.stdout) as LedgerPage };
  }

  #place(name: string): string {
    return join(this.#folder, 'in', `${name}.root`);
  }

  async #make(name: string, { times = 1, harder = 1, hasBadWeight = false }: FileOptions): Promise<string> {
    const to = join(this.#folder, 'store', `${name}.root`);
    const sample = name.slice(0, name.indexOf('-')) as keyof typeof sources;
    this.#identity += 1;
    await copyRootFile({
      from: sampleFile(sources[sample]),
      to,
      times,
      identity: this.#identity,
      change: (branch, { values }) => {
        const numbers = values as Float32Array;
        if (branch === 'mcWeight' && hasBadWeight) numbers[7] = Number.NaN;
        if (branch !== 'lep_pt' && branch !== 'lep_E') return;
        for (let index = 0; index < numbers.length; index += 1) numbers[index] = numbers[index]! * harder;
      },
    });
    return to;
  }
}
