import type { Cli } from '../../../cli/cli.js';

/** A command's world in memory. */
export function fakeCli(more: Partial<Cli> = {}): { cli: Cli; out: () => string; err: () => string } {
  let out = '';
  let err = '';
  const cli: Cli = {
    stdout: {
      write: (text) => {
        out += text;
      },
      isTerminal: false,
      columns: () => 80,
    },
    stderr: {
      write: (text) => {
        err += text;
      },
      isTerminal: false,
      columns: () => 80,
    },
    environment: {},
    currentDirectory: '.',
    nowMs: () => 0,
    signal: new AbortController().signal,
    onSignal: () => () => {},
    json: false,
    exitCode: 0,
    ...more,
  };
  return { cli, out: () => out, err: () => err };
}
