import type { Clock } from '../base/clock.js';
import { RmmError } from '../base/error.js';
import { type LogLine, logJson, logText } from './log-line.js';
import { RepeatLimit } from './repeat-limit.js';

export type LogLevel = 'info' | 'warn' | 'error';
export type LogValue = string | number | boolean | readonly string[] | undefined;
export type LogFields = Readonly<Record<string, LogValue>>;

/** How a service tells what changed: one line a change of state, nothing while all is well, never a payload. */
export interface Log {
  /** @param event what happened, in snake_case; it is what a person searches for */
  info(event: string, fields?: LogFields, options?: LogOptions): void;
  warn(event: string, fields?: LogFields, options?: LogOptions): void;
  error(event: string, fields?: LogFields, options?: LogOptions): void;
  /** Writes the last of the repeats that were left out; nothing is written after it. */
  close(): void;
}

export interface LogOptions {
  /**
   * Lines of one key are written at most once an interval: the first at once, the last of those that were left out
   * at its end, with how many there were. By default a line repeats another where event and fields are the same; a
   * key joins lines that differ, such as a fault and its end.
   */
  readonly key?: string;
}

export interface CreateLogOptions {
  readonly service: string;
  /** json for programs and files, text for a terminal. */
  readonly style: 'json' | 'text';
  /** Takes whole lines, with their ending. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
  /** Least time between two lines of one key. Default 60,000 ms. */
  readonly repeatIntervalMs?: number;
  /** Texts that never appear, such as a password in hand: *** takes their place. */
  readonly secrets?: readonly string[];
}

export function createLog(options: CreateLogOptions): Log {
  const { service, write, clock } = options;
  const render = options.style === 'json' ? logJson : logText;
  const limit = new RepeatLimit<LogLine>(options.repeatIntervalMs ?? 60_000);
  const mask = masked(options.secrets ?? []);
  let open = true;

  const print = (line: LogLine, suppressed: number) => {
    const fields = suppressed === 0 ? line.fields : { ...line.fields, suppressed };
    write(`${render({ ...line, fields })}\n`);
  };
  let cancelLast: (() => void) | undefined;
  const printLast = () => {
    cancelLast = undefined;
    for (const { value, suppressed } of limit.due(clock.steadyMs())) print(value, suppressed);
    waitForLast();
  };
  const waitForLast = () => {
    const dueMs = limit.nextDueMs();
    if (dueMs === undefined || cancelLast !== undefined) return;
    cancelLast = clock.after(Math.max(1, dueMs - clock.steadyMs()), printLast);
  };
  const log = (level: LogLevel, event: string, given: LogFields = {}, { key }: LogOptions = {}) => {
    if (!open) return;
    const time = new Date(clock.wallMs()).toISOString();
    const line: LogLine = { time, level, service, event, fields: mask(given) };
    const found = limit.take(key ?? JSON.stringify([level, event, line.fields]), line, clock.steadyMs());
    for (const { value, suppressed } of found.forgotten) print(value, suppressed);
    if (found.write) print(line, found.suppressed);
    else waitForLast();
  };
  return {
    info: (event, fields, more) => log('info', event, fields, more),
    warn: (event, fields, more) => log('warn', event, fields, more),
    error: (event, fields, more) => log('error', event, fields, more),
    close() {
      if (!open) return;
      open = false;
      cancelLast?.();
      for (const { value, suppressed } of limit.close()) print(value, suppressed);
    },
  };
}

/** An error of any kind as fields of a line; what is not ours is shown by name and message, without its stack. */
export function errorFields(error: unknown): LogFields {
  if (error instanceof RmmError) return { code: error.code, message: error.message };
  return {
    code: 'internal',
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  };
}

const secretName = /passw|secret|token|credential|authori[sz]ation|private_?key/i;
const longestText = 1_000;
const longestList = 64;

/** Cuts long values, hides those whose name says that they are secret, and known secrets wherever they stand. */
function masked(secrets: readonly string[]): (fields: LogFields) => LogFields {
  // The longest first: one secret may be a part of another.
  const hidden = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  const text = (value: string) => {
    const clear = hidden.reduce((left, secret) => left.replaceAll(secret, '***'), value);
    return clear.length <= longestText ? clear : `${clear.slice(0, longestText)}...`;
  };
  const one = (name: string, value: LogValue): LogValue => {
    if (value === undefined) return undefined;
    if (secretName.test(name)) return '***';
    if (typeof value === 'string') return text(value);
    return Array.isArray(value) ? value.slice(0, longestList).map(text) : value;
  };
  return (fields) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, one(name, value)]));
}
