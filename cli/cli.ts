import { createProgress, type Progress } from '../lib/telemetry/progress.js';
import { shownLines, shownText } from '../lib/telemetry/shown-text.js';

/** Where a command writes. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width in characters. */
  columns(): number;
  /** Height in lines, where it is known. */
  rows?(): number;
  /** Aborted once nothing can be written any more: the reader has left, or the disk below is full. */
  readonly gone?: AbortSignal;
}

/** Everything of the outside that a command uses, so that tests can own it. */
export interface Cli {
  /** Results, and nothing else. */
  readonly stdout: Output;
  /** Progress, notes, errors. */
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentDirectory: string;
  /** A clock that never goes back, in milliseconds. */
  nowMs(): number;
  /** Aborted at the first SIGINT or SIGTERM: end soon and cleanly, by throwing `interrupted`. */
  readonly signal: AbortSignal;
  /**
   * From now on SIGINT and SIGTERM call `listener` and nothing else, for a command that drains in its own way; one
   * that came before calls it at once. The result gives signals back.
   */
  onSignal(listener: () => void): () => void;
  /** --json: one JSON object on stdout, JSON lines on stderr. */
  json: boolean;
  /** Exit code of a command that ends without an error: 0 unless the command sets it. */
  exitCode: 0 | 1 | 2;
}

/** For a command without an end of its own: aborted at an interrupt, and when nobody reads its results any more. */
export function untilLeft(cli: Cli): { readonly signal: AbortSignal; readonly giveBack: () => void } {
  const stop = new AbortController();
  const giveBack = cli.onSignal(() => stop.abort());
  const { gone } = cli.stdout;
  return { signal: gone === undefined ? stop.signal : AbortSignal.any([stop.signal, gone]), giveBack };
}

/** Writes a result: the object under --json, else the text, of which a terminal obeys nothing. */
export function printResult(cli: Cli, text: string, object: unknown): void {
  cli.stdout.write(cli.json ? `${shownText(JSON.stringify(object))}\n` : `${shownLines(text)}\n`);
}

/** The progress of a command on its stderr, in the style that fits. */
export function commandProgress(cli: Cli): Progress {
  return createProgress({
    style: cli.json ? 'json' : cli.stderr.isTerminal ? 'terminal' : 'lines',
    write: (text) => cli.stderr.write(text),
    nowMs: cli.nowMs,
    columns: () => cli.stderr.columns(),
  });
}

/** Says a line on stderr, in the style of the progress. The text may be foreign: brokers and files have any. */
export function commandNote(cli: Cli): (text: string) => void {
  const { note } = commandProgress(cli);
  return (text) => note(cli.json ? text : shownText(text));
}
