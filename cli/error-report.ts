import { RmmError } from '../lib/base/error.js';
import { shownLines } from '../lib/telemetry/shown-text.js';

/** How an error of any kind is shown and with which code the command ends. */
export interface ErrorReport {
  readonly text: string;
  /** One object for --json; one line on stderr. */
  readonly object: Readonly<Record<string, unknown>>;
  readonly exit: 1 | 2 | 130;
}

export interface ReportOptions {
  /** Shows stacks: RMMSTREAM_DEBUG=1. */
  readonly debug: boolean;
  /** The command was interrupted, so whatever it threw is a consequence. */
  readonly interrupted: boolean;
}

export function reportError(error: unknown, options: ReportOptions): ErrorReport {
  const ours = options.interrupted ? interruption(error) : asRmmError(error);
  const { domain, cure } = ours.spec;
  const exit = ours.code === 'interrupted' ? 130 : ours.exit;
  const stack = options.debug ? stackOf(error) : undefined;
  const lines = [`error[${ours.code}]: ${ownLines(ours.message)}`, `  what to do: ${cure}`];
  if (stack !== undefined) lines.push(stack);
  return {
    text: shownLines(lines.join('\n')),
    object: {
      type: 'error',
      code: ours.code,
      domain,
      message: ours.message,
      cure,
      exit,
      context: ours.context,
      ...(stack === undefined ? {} : { stack }),
    },
    exit,
  };
}

/** Further lines of a message of ours are indented; a line end in a foreign name would begin a line like ours. */
function ownLines(message: string): string {
  return message.replaceAll(/\n(?! {2})/g, '\\n');
}

function asRmmError(error: unknown): RmmError {
  if (error instanceof RmmError) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new RmmError('internal', message, { cause: error });
}

function interruption(error: unknown): RmmError {
  if (error instanceof RmmError && error.code === 'interrupted') return error;
  return new RmmError('interrupted', 'interrupted before the end', { cause: error });
}

function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause) ?? String(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
