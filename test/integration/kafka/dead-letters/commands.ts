import { type LoadedConfig, loadConfig } from '../../../../lib/config/index.js';
import type { CliResult } from '../../../support/cli.js';
import { runWell } from '../../../support/small-run.js';

/** Of the data topics. A file is one block, so block k is on partition k mod 4. */
export const partitions = 4;

/** Where the outputs of the two runs lie. */
export interface Outputs {
  readonly first: string;
  readonly second: string;
}

/** A command on the run of a configuration that ends well; what it printed for programs. */
export async function json<Result>(args: readonly string[]): Promise<Result> {
  const result = await runWell([...args, '--json']);
  return JSON.parse(result.stdout) as Result;
}

export interface LedgerJson {
  readonly state: string;
  readonly totals: Readonly<Record<string, number>>;
  readonly files: readonly (Readonly<Record<string, number>> & {
    readonly sample: string;
    readonly wrong: readonly { readonly problems: readonly string[] }[];
  })[];
  readonly foreign: { readonly letters: readonly { readonly id: string; readonly reason: string }[] };
}

export interface ListJson {
  readonly reasons: Readonly<Record<string, number>>;
  readonly letters: readonly {
    readonly id: string;
    readonly topic: string;
    readonly reason: string;
    readonly state: string;
    readonly entry?: number;
  }[];
}

export interface Redriven {
  readonly redriven: readonly { readonly topic: string; readonly late: boolean; readonly outcome: string }[];
}

/** What a command that failed says: exit code, error code, message. */
export function errorOf({ code, stderr }: CliResult): { exit: number | null; code: string; message: string } {
  const found = /error\[(\w+)\]: ([^\n]*)/.exec(stderr);
  return { exit: code, code: found?.[1] ?? '', message: found?.[2] ?? stderr };
}

/** The configuration of a file, as commands load it. */
export function loadFor(file: string): LoadedConfig {
  return loadConfig({ file, environment: {}, currentDirectory: '/', needs: 'none', resolveFiles: false });
}
