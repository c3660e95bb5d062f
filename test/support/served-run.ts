import type { ChildProcess } from 'node:child_process';
import { type CliResult, startCli } from './cli.js';

export interface ServedRun {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
  /** Of the page: http://127.0.0.1:PORT/ */
  readonly address: string;
  readonly port: number;
  /** What was printed, with the token where that was made. */
  readonly link: string;
  /** Results that it has printed so far. */
  readonly printed: () => string;
}

/** Starts `rmmstream ARGS` and waits until it says where its live page is. */
export async function startServed(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ServedRun> {
  const { child, result } = startCli(args, { env });
  let printed = '';
  child.stdout!.on('data', (part: Buffer) => {
    printed += String(part);
  });
  const link = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stderr!.on('data', (part: Buffer) => {
      text += String(part);
      const match = /live page: (http:\/\/\S+)/.exec(text);
      if (match !== null) resolve(match[1]!);
    });
    child.on('close', () => reject(new Error(`ended without a page: ${text}`)));
  });
  const { port } = new URL(link);
  return {
    child,
    result,
    link,
    address: `http://127.0.0.1:${port}/`,
    port: Number(port),
    printed: () => printed,
  };
}
