import { RmmError } from '../../lib/base/error.js';
import type { NeededBranch } from '../../lib/config/index.js';
import type { RawColumn, RawEvents, RawGroup } from './raw-events.js';
import { type AnyArray, Buffers, toInt32, toInt64, toUint8 } from './widen.js';

/** A column as the reader gives it; ragged ones have count + 1 offsets from 0. */
export type InputColumn =
  | { readonly kind: 'scalar'; readonly values: AnyArray }
  | { readonly kind: 'fixed'; readonly length: number; readonly values: AnyArray }
  | { readonly kind: 'jagged'; readonly offsets: Int32Array; readonly values: AnyArray };

/** Turns an event's own weight into the weight it counts with. */
export interface Normalisation {
  readonly luminosityPb: number;
  /** Summed weights of all productions of a channel (a file's own SumWeights is one of them). */
  readonly sumOfWeights: ReadonlyMap<number, number>;
}

/**
 * Gives the columns of one file our names, identifies and weighs its events. Identity, weight and triggers are
 * in buffers that the next call uses again; the other columns are the reader's, without a copy.
 */
export class IngestOperator {
  /** Branches to read, in the order in which `process` expects their columns. */
  readonly branches: readonly string[];
  readonly #file: string;
  readonly #needed: readonly NeededBranch[];
  readonly #normalisation: Normalisation | undefined;
  readonly #buffers = new Buffers();
  readonly #factors: readonly string[];
  #columns = new Map<string, InputColumn>();
  #count = 0;

  /** @param options.normalisation undefined where every event weighs 1 */
  constructor(options: {
    readonly file: string;
    readonly needed: readonly NeededBranch[];
    readonly normalisation: Normalisation | undefined;
  }) {
    this.#file = options.file;
    this.#needed = options.needed;
    this.#normalisation = options.normalisation;
    this.branches = options.needed.map(({ branch }) => branch);
    this.#factors = options.needed
      .map(({ field }) => field)
      .filter((field) => /^weight\.(factors|crossSection)/.test(field));
  }

  /** Events of `count` entries; valid until the next call. @throws profile_mismatch, ragged_mismatch */
  process(columns: readonly InputColumn[], count: number): RawEvents {
    this.#columns = new Map(this.#needed.map(({ field }, index) => [field, columns[index]!]));
    this.#count = count;
    const channel = toInt32(this.#scalar('channel'), count, this.#buffers.int32('channel', count));
    const event = toInt64(this.#scalar('event'), count, this.#buffers.int64('event', count));
    return {
      count,
      run: toInt32(this.#scalar('run'), count, this.#buffers.int32('run', count)),
      event,
      keyEvent: this.#columns.has('parentEvent')
        ? toInt64(this.#scalar('parentEvent'), count, this.#buffers.int64('keyEvent', count))
        : event,
      channel,
      weight: this.#weights(channel),
      met: this.#raw('met'),
      metPhi: this.#raw('metPhi'),
      leptons: this.#group('leptons.'),
      jets: this.#group('jets.'),
      triggers: this.#triggers(),
    };
  }

  /** own weight = product of the factors x cross section x luminosity / summed weights of the channel. */
  #weights(channel: Int32Array): Float64Array {
    const out = this.#buffers.float64('weight', this.#count);
    if (this.#normalisation === undefined) return out.fill(1);
    fillNormalisation(channel, this.#normalisation, out);
    for (const field of this.#factors) multiply(out, this.#scalar(field) as Float32Array, this.#count);
    return out;
  }

  #triggers(): Record<string, Uint8Array> {
    const triggers: Record<string, Uint8Array> = {};
    for (const { field } of this.#needed) {
      if (!field.startsWith('triggers.')) continue;
      triggers[field.slice('triggers.'.length)] = toUint8(
        this.#scalar(field),
        this.#count,
        this.#buffers.uint8(field, this.#count),
      );
    }
    return triggers;
  }

  #raw(field: string): RawColumn {
    const factor = this.#needed.find((need) => need.field === field)?.factor ?? 1;
    return { values: this.#scalar(field), factor };
  }

  /** The columns of a group; one whose branches disagree on how many objects an event has is refused. */
  #group(group: string): RawGroup {
    const columns = new Map<string, RawColumn>();
    let common: Int32Array | undefined;
    let first = '';
    for (const { field, branch, factor } of this.#needed) {
      if (!field.startsWith(group)) continue;
      const column = this.#columns.get(field)!;
      if (column.kind !== 'jagged') throw this.#mismatch(field, 'must hold a list for each event');
      if (common === undefined) {
        common = column.offsets;
        first = branch;
      } else if (!sameOffsets(common, column.offsets, this.#count)) {
        throw new RmmError(
          'ragged_mismatch',
          `${this.#file}: branches ${first} and ${branch} do not agree on how many objects the events have`,
          { context: { file: this.#file, branch } },
        );
      }
      columns.set(field.slice(group.length), { values: column.values, factor });
    }
    return { offsets: common!, columns };
  }

  #scalar(field: string): AnyArray {
    const column = this.#columns.get(field);
    if (column?.kind !== 'scalar' || column.values.length < this.#count) {
      throw this.#mismatch(field, 'must hold one number for each event');
    }
    return column.values;
  }

  #mismatch(field: string, expected: string): RmmError {
    const branch = this.#needed.find((need) => need.field === field)?.branch ?? field;
    return new RmmError('profile_mismatch', `${this.#file}: branch ${branch} ${expected}`, {
      context: { file: this.#file, branch },
    });
  }
}

function sameOffsets(left: Int32Array, right: Int32Array, count: number): boolean {
  if (left === right) return true;
  for (let index = 0; index <= count; index += 1) if (left[index] !== right[index]) return false;
  return true;
}

function fillNormalisation(channels: Int32Array, normalisation: Normalisation, out: Float64Array): void {
  let channel = Number.NaN;
  let factor = Number.NaN;
  for (let index = 0; index < out.length; index += 1) {
    if (channels[index] !== channel) {
      channel = channels[index]!;
      // An unknown channel gets NaN, which the selector turns into a dead letter.
      factor = normalisation.luminosityPb / (normalisation.sumOfWeights.get(channel) ?? Number.NaN);
    }
    out[index] = factor;
  }
}

function multiply(out: Float64Array, values: Float32Array, count: number): void {
  for (let index = 0; index < count; index += 1) out[index]! *= values[index]!;
}
