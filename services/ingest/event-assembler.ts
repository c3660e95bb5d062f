import { RmmError } from '../../lib/base/error.js';
import type { Events, JetColumns, LeptonColumns } from '../../lib/physics/events.js';
import { type FieldMap, type FieldSource, jetFields, leptonFields, scalarFields } from './field-map.js';
import { type AnyArray, Buffers, toInt32, toInt64, toUint8, widen } from './widen.js';

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

export interface AssembledEvents extends Events {
  /** The event number that identifies the event in the split key: the parent's, in an amplified file. */
  readonly keyEvent: BigInt64Array;
}

/**
 * Makes events in our names, types and units from the columns of one file, in buffers that the next call
 * uses again.
 */
export class EventAssembler {
  readonly #map: FieldMap;
  readonly #normalisation: Normalisation | undefined;
  readonly #buffers = new Buffers();
  readonly #file: string;

  constructor(options: { file: string; map: FieldMap; normalisation: Normalisation | undefined }) {
    this.#file = options.file;
    this.#map = options.map;
    this.#normalisation = options.normalisation;
  }

  /** `columns` in the order of `branchesOf(map)`; valid until the next call. */
  assemble(columns: readonly InputColumn[], count: number): AssembledEvents {
    const scalars = columns.slice(0, scalarFields.length);
    const leptons = columns.slice(scalarFields.length, scalarFields.length + leptonFields.length);
    const jetStart = scalarFields.length + leptonFields.length;
    const jets = columns.slice(jetStart, jetStart + jetFields.length);
    let next = jetStart + jetFields.length;
    const triggers: Record<string, Uint8Array> = {};
    for (const [name, source] of Object.entries(this.#map.triggers)) {
      const values = this.#scalar(columns[next++], source, count);
      triggers[name] = toUint8(values, count, this.#buffers.uint8(`trigger.${name}`, count));
    }
    const [run, event, channel, met, metPhi] = scalars;
    const sources = this.#map.scalars;
    const channels = toInt32(
      this.#scalar(channel, sources.channel, count),
      count,
      this.#buffers.int32('channel', count),
    );
    const numbers = toInt64(
      this.#scalar(event, sources.event, count),
      count,
      this.#buffers.int64('event', count),
    );
    const weight = this.#weights(columns, next, channels, count);
    if (this.#map.weight !== undefined) next += this.#map.weight.factors.length + 2;
    const parent = this.#map.parentEvent;
    return {
      count,
      run: toInt32(this.#scalar(run, sources.run, count), count, this.#buffers.int32('run', count)),
      event: numbers,
      keyEvent:
        parent === undefined
          ? numbers
          : toInt64(
              this.#scalar(columns[next], parent, count),
              count,
              this.#buffers.int64('keyEvent', count),
            ),
      channel: channels,
      weight,
      met: widen(
        this.#scalar(met, sources.met, count),
        count,
        sources.met.scale,
        this.#buffers.float64('met', count),
      ),
      metPhi: widen(
        this.#scalar(metPhi, sources.metPhi, count),
        count,
        sources.metPhi.scale,
        this.#buffers.float64('metPhi', count),
      ),
      leptons: this.#leptons(leptons, count),
      jets: this.#jets(jets, count),
      triggers,
    };
  }

  /** own weight = product of the factors x cross section x luminosity / summed weights of the channel. */
  #weights(
    columns: readonly InputColumn[],
    first: number,
    channels: Int32Array,
    count: number,
  ): Float64Array {
    const out = this.#buffers.float64('weight', count);
    const source = this.#map.weight;
    const normalisation = this.#normalisation;
    if (source === undefined || normalisation === undefined) return out.fill(1);
    fillNormalisation(channels, normalisation, out);
    for (let factor = 0; factor <= source.factors.length; factor += 1) {
      const branch = source.factors[factor] ?? source.crossSection;
      const values = this.#scalar(columns[first + factor], { branch, scale: 1 }, count);
      multiply(out, values as Float32Array, count);
    }
    return out;
  }

  #leptons(columns: readonly InputColumn[], count: number): LeptonColumns {
    const sources = this.#map.leptons;
    const offsets = this.#offsets(columns, Object.values(sources), count, 'leptons');
    const total = offsets[count] as number;
    const floats = (field: (typeof leptonFields)[number]) =>
      this.#float(columns, leptonFields.indexOf(field), sources[field], total, `leptons.${field}`);
    const ints = (field: 'charge' | 'type') =>
      toInt32(
        valuesOf(columns, leptonFields.indexOf(field)),
        total,
        this.#buffers.int32(`leptons.${field}`, total),
      );
    return {
      offsets,
      pt: floats('pt'),
      eta: floats('eta'),
      phi: floats('phi'),
      energy: floats('energy'),
      charge: ints('charge'),
      type: ints('type'),
      ptcone30: floats('ptcone30'),
      etcone20: floats('etcone20'),
      d0: floats('d0'),
      d0Significance: floats('d0Significance'),
      z0: floats('z0'),
      tight: toUint8(
        valuesOf(columns, leptonFields.indexOf('tight')),
        total,
        this.#buffers.uint8('leptons.tight', total),
      ),
    };
  }

  #jets(columns: readonly InputColumn[], count: number): JetColumns {
    const sources = this.#map.jets;
    const offsets = this.#offsets(columns, Object.values(sources), count, 'jets');
    const total = offsets[count] as number;
    const floats = (field: (typeof jetFields)[number]) =>
      this.#float(columns, jetFields.indexOf(field), sources[field], total, `jets.${field}`);
    return {
      offsets,
      pt: floats('pt'),
      eta: floats('eta'),
      phi: floats('phi'),
      energy: floats('energy'),
      jvt: floats('jvt'),
      btag: floats('btag'),
    };
  }

  #float(
    columns: readonly InputColumn[],
    index: number,
    source: FieldSource,
    total: number,
    name: string,
  ): Float64Array {
    return widen(valuesOf(columns, index), total, source.scale, this.#buffers.float64(name, total));
  }

  #scalar(column: InputColumn | undefined, source: FieldSource, count: number): AnyArray {
    if (column?.kind !== 'scalar' || column.values.length < count) {
      throw new RmmError(
        'profile_mismatch',
        `${this.#file}: branch ${source.branch} must hold one number for each event`,
        {
          context: { file: this.#file, branch: source.branch },
        },
      );
    }
    return column.values;
  }

  /** The common offsets of a group; a group whose branches disagree on how many objects an event has is refused. */
  #offsets(
    columns: readonly InputColumn[],
    sources: readonly FieldSource[],
    count: number,
    group: string,
  ): Int32Array {
    let common: Int32Array | undefined;
    for (const [index, column] of columns.entries()) {
      const branch = sources[index]?.branch ?? group;
      if (column.kind !== 'jagged') {
        throw new RmmError(
          'profile_mismatch',
          `${this.#file}: branch ${branch} must hold a list for each event`,
          {
            context: { file: this.#file, branch },
          },
        );
      }
      if (common === undefined) common = column.offsets;
      else if (!sameOffsets(common, column.offsets, count)) {
        throw new RmmError(
          'ragged_mismatch',
          `${this.#file}: branches ${sources[0]?.branch} and ${branch} do not agree on how many objects the events have`,
          { context: { file: this.#file, branch } },
        );
      }
    }
    return common as Int32Array;
  }
}

function valuesOf(columns: readonly InputColumn[], index: number): AnyArray {
  return (columns[index] as InputColumn).values;
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
      channel = channels[index] as number;
      // An unknown channel gets NaN, which the selector turns into a dead letter.
      factor = normalisation.luminosityPb / (normalisation.sumOfWeights.get(channel) ?? Number.NaN);
    }
    out[index] = factor;
  }
}

function multiply(out: Float64Array, values: Float32Array, count: number): void {
  for (let index = 0; index < count; index += 1)
    out[index] = (out[index] as number) * (values[index] as number);
}
