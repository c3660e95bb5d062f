import { fromSystemError } from '../lib/base/error.js';
import type { Cli, Output } from './cli.js';

interface Stream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * A stream whose reader may leave (`rmmstream inspect F | head`): the rest is then dropped in silence, and a command
 * without an end of its own ends (`rmmstream top ... | head`). Any other failure, such as a full disk below a
 * redirected stdout, makes the command end with 1.
 */
function output(stream: Stream, name: string): Output {
  const gone = new AbortController();
  stream.on('error', (error) => {
    if (!gone.signal.aborted && error.code !== 'EPIPE') {
      const ours = fromSystemError(error, 'writing', name);
      process.stderr.write(`error[${ours.code}]: ${ours.message}\n`);
      process.on('exit', () => {
        process.exitCode = 1;
      });
    }
    gone.abort();
  });
  return {
    write(text) {
      if (!gone.signal.aborted) stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    // A terminal that does not know its size says 0.
    columns: () => positive(stream.columns) ?? 80,
    rows: () => positive(stream.rows) ?? 24,
    gone: gone.signal,
  };
}

function positive(size: number | undefined): number | undefined {
  return size === undefined || size <= 0 ? undefined : size;
}

/** The command's world: this process. */
export function processCli(signal: AbortSignal, onSignal: Cli['onSignal']): Cli {
  return {
    stdout: output(process.stdout, 'the result to stdout'),
    stderr: output(process.stderr, 'to stderr'),
    environment: process.env,
    currentDirectory: process.cwd(),
    nowMs: () => performance.now(),
    signal,
    onSignal,
    json: false,
    exitCode: 0,
  };
}
