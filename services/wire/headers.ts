import { RmmError } from '../../lib/base/error.js';
import { type BlockSource, blockKey, type SourceKind } from '../../lib/flow/block-source.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import { firstDeadLetter, reasonNames } from '../../lib/physics/selection/index.js';

/** Headers that every data message has; text. */
export const commonHeaders = {
  schema: 'Id of the schema, for example rmmstream.events.',
  version: 'Version of the schema, a whole number.',
  sample: 'Name of the sample.',
  kind: 'Kind of the sample: background, signal, data or input.',
  file: 'The input file, as outputs name it.',
  fingerprint: 'Fingerprint of the input file.',
  first: 'First entry of the block in the file.',
  entries: 'Entries of the block.',
  checksum: 'CRC-32 of the value, eight hexadecimal digits.',
} as const;

/** Headers of messages that come again from the dead letters after the scaler was frozen. */
export const lateHeaders = {
  late: 'true where the message comes again from the dead letters after the scaler was frozen; else not there.',
  late_counted_as: 'Reason under which cut flows already count its events; not there where none does.',
} as const;

const deadReasons = reasonNames.slice(firstDeadLetter);

export type Headers = ReadonlyMap<string, string>;

/** The headers that say where a block comes from. */
export function sourceHeaders(source: BlockSource): Record<string, string> {
  const { sample, kind, file, fingerprint, first, entries, late } = source;
  return {
    sample,
    kind,
    file,
    fingerprint,
    first: String(first),
    entries: String(entries),
    ...(late === undefined ? {} : { late: 'true' }),
    ...(late?.countedAs === undefined ? {} : { late_counted_as: late.countedAs }),
  };
}

/** @throws wire_header_invalid */
export function sourceFromHeaders(headers: Headers): BlockSource {
  const kind = textHeader(headers, 'kind');
  if (!isKind(kind)) throw headerInvalid('kind', kind, 'background, signal, data or input');
  const source = {
    sample: textHeader(headers, 'sample'),
    kind,
    file: textHeader(headers, 'file'),
    fingerprint: textHeader(headers, 'fingerprint'),
    first: countHeader(headers, 'first'),
    entries: countHeader(headers, 'entries'),
  };
  // A block has room for so many entries, and stages room for one block.
  if ((source.first % blockEntries) + source.entries > blockEntries) {
    const room = blockEntries - (source.first % blockEntries);
    throw headerInvalid('entries', String(source.entries), `at most ${room}, where the block ends`);
  }
  const late = headers.get('late');
  const countedAs = headers.get('late_counted_as');
  if (late === undefined && countedAs === undefined) return source;
  if (late !== 'true') throw headerInvalid('late', late, 'true, or no such header');
  if (countedAs === undefined) return { ...source, late: {} };
  if (!deadReasons.includes(countedAs))
    throw headerInvalid('late_counted_as', countedAs, deadReasons.join(', '));
  return { ...source, late: { countedAs } };
}

function isKind(kind: string): kind is SourceKind {
  return ['background', 'signal', 'data', 'input'].includes(kind);
}

/** A header that has to be there and hold something. @throws wire_header_invalid */
export function textHeader(headers: Headers, name: string): string {
  const found = headers.get(name);
  if (found === undefined || found === '') throw headerInvalid(name, found, 'a text');
  return found;
}

/** A header that holds a whole number from 0 on. @throws wire_header_invalid */
export function countHeader(headers: Headers, name: string): number {
  const text = textHeader(headers, name);
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw headerInvalid(name, text, 'a whole number from 0 on');
  return value;
}

/** A header that holds a finite number. It comes back with the bits that String gave it with. @throws wire_header_invalid */
export function numberHeader(headers: Headers, name: string): number {
  const text = textHeader(headers, name);
  const value = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw headerInvalid(name, text, 'a finite number');
  return value;
}

/** The longest beginning of a header that messages repeat. */
const shown = 60;

export function headerInvalid(name: string, found: string | undefined, expected: string): RmmError {
  const what = found === undefined ? 'is missing' : `is "${found.slice(0, shown)}"`;
  return new RmmError('wire_header_invalid', `header ${name} ${what}; expected ${expected}`, {
    context: { header: name },
  });
}

/** What key, headers and content of a message have to agree on; the answer names the first contradiction. */
export function sourceProblem(
  key: string | null,
  headers: BlockSource,
  batch: {
    readonly file: string;
    readonly firstEntry: number;
    readonly entries: number;
    readonly facts?: Readonly<Record<string, string>>;
  },
): string | undefined {
  if (key !== blockKey(headers))
    return `its key is ${key?.slice(0, 2 * shown) ?? 'missing'}, not ${blockKey(headers)}`;
  const pairs: readonly (readonly [string, string | number, string | number | undefined])[] = [
    ['file', headers.file, batch.file],
    ['first', headers.first, batch.firstEntry],
    ['entries', headers.entries, batch.entries],
    // Batches before version 2 of features do not name them.
    ['sample', headers.sample, batch.facts === undefined ? headers.sample : batch.facts.sample],
    ['kind', headers.kind, batch.facts === undefined ? headers.kind : batch.facts.kind],
    [
      'fingerprint',
      headers.fingerprint,
      batch.facts === undefined ? headers.fingerprint : batch.facts.fingerprint,
    ],
  ];
  for (const [name, said, held] of pairs)
    if (said !== held) return `its header ${name} is ${said} and its content says ${held}`;
  return undefined;
}
