import type { Events, JetColumns, LeptonColumns } from '../../lib/physics/events.js';
import type { RawColumn, RawEvents, RawGroup } from './raw-events.js';
import { Buffers, toInt32, toUint8, widen } from './widen.js';

export interface IdentifiedEvents extends Events {
  /** The event number that identifies the event in the split key: the parent's, in an amplified file. */
  readonly keyEvent: BigInt64Array;
}

const empty = new Float64Array(0);

/**
 * Makes events in our types and units: float32 numbers are widened to float64 before any arithmetic. Widened
 * columns are in buffers that the next call uses again, the others are those of the raw events; columns that
 * the configuration does not need are empty.
 */
export class EventWidener {
  readonly #buffers = new Buffers();

  /** Valid until the next call, and no longer than `raw`. */
  widen(raw: RawEvents): IdentifiedEvents {
    const { count, run, event, keyEvent, channel, weight, triggers } = raw;
    return {
      count,
      run,
      event,
      keyEvent,
      channel,
      weight,
      met: this.#float('met', raw.met, count),
      metPhi: this.#float('metPhi', raw.metPhi, count),
      leptons: this.#leptons(raw.leptons, count),
      jets: this.#jets(raw.jets, count),
      triggers,
    };
  }

  #leptons({ offsets, columns }: RawGroup, count: number): LeptonColumns {
    const total = offsets[count]!;
    const float = (name: string) => this.#float(`leptons.${name}`, columns.get(name), total);
    const int = (name: string) => this.#int(`leptons.${name}`, columns.get(name), total);
    return {
      offsets,
      pt: float('pt'),
      eta: float('eta'),
      phi: float('phi'),
      energy: float('energy'),
      charge: int('charge'),
      type: int('type'),
      ptcone30: float('ptcone30'),
      etcone20: float('etcone20'),
      d0: float('d0'),
      d0Significance: float('d0Significance'),
      z0: float('z0'),
      tight: this.#byte('leptons.tight', columns.get('tight'), total),
    };
  }

  #jets({ offsets, columns }: RawGroup, count: number): JetColumns {
    const total = offsets[count]!;
    const float = (name: string) => this.#float(`jets.${name}`, columns.get(name), total);
    return {
      offsets,
      pt: float('pt'),
      eta: float('eta'),
      phi: float('phi'),
      energy: float('energy'),
      jvt: float('jvt'),
      btag: float('btag'),
    };
  }

  #float(name: string, column: RawColumn | undefined, total: number): Float64Array {
    if (column === undefined || column.values.length === 0) return empty;
    return widen(column.values, total, column.factor, this.#buffers.float64(name, total));
  }

  #int(name: string, column: RawColumn | undefined, total: number): Int32Array {
    const length = column === undefined || column.values.length === 0 ? 0 : total;
    return toInt32(column?.values ?? empty, length, this.#buffers.int32(name, length));
  }

  #byte(name: string, column: RawColumn | undefined, total: number): Uint8Array {
    const length = column === undefined || column.values.length === 0 ? 0 : total;
    return toUint8(column?.values ?? empty, length, this.#buffers.uint8(name, length));
  }
}
