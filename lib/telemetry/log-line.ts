import type { LogFields, LogLevel } from './log.js';
import { shownText } from './shown-text.js';

/** One line of a log as data. */
export interface LogLine {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly level: LogLevel;
  readonly service: string;
  readonly event: string;
  readonly fields: LogFields;
}

/** {time, level, service, event, ...fields} as one JSON object; no field takes the place of the first four. */
export function logJson({ time, level, service, event, fields }: LogLine): string {
  const head = { time, level, service, event };
  // Escapes are those of JSON, so that what is read is the same.
  return shownText(JSON.stringify(Object.assign({ ...head }, fields, head)));
}

/** "03:04:05 warn  scorer  broker_lost  broker=b1:9092 message="no answer"", for a terminal. */
export function logText({ time, level, service, event, fields }: LogLine): string {
  const named = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${plain(name)}=${shown(value as NonNullable<typeof value>)}`);
  const head = `${time.slice(11, 19)} ${level.padEnd(5)} ${plain(service)}  ${plain(event)}`;
  return named.length === 0 ? head : `${head}  ${named.join(' ')}`;
}

function shown(value: string | number | boolean | readonly string[]): string {
  if (typeof value === 'object') return `[${value.map(shown).join(', ')}]`;
  const text = String(value);
  return /^[^\s"=[\],]+$/.test(text) ? plain(text) : `"${plain(text).replaceAll('"', '\\"')}"`;
}

/** Foreign text must not move a terminal's cursor, colour it or begin a line of its own. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}
