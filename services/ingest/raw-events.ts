import type { AnyArray } from './widen.js';

/** Numbers in the type and unit of the file. */
export interface RawColumn {
  readonly values: AnyArray;
  /** Multiplied by this they are in GeV or mm. */
  readonly factor: number;
}

/** Objects of events: those of event i are offsets[i] up to offsets[i + 1]. */
export interface RawGroup {
  /** count + 1, the first 0. */
  readonly offsets: Int32Array;
  /** By the names of lib/physics/events.ts; what the configuration does not need is not there. */
  readonly columns: ReadonlyMap<string, RawColumn>;
}

/**
 * Events of a block as the file has them, under our names, identified and weighed. Widening to float64 and our
 * units comes later (event-widener.ts), since on the wire twice the bytes would travel.
 */
export interface RawEvents {
  readonly count: number;
  readonly run: Int32Array;
  readonly event: BigInt64Array;
  /** Identifies the event in the split key: the parent's number in an amplified file, else `event` itself. */
  readonly keyEvent: BigInt64Array;
  readonly channel: Int32Array;
  /** What the event counts with, normalised; 1 for data. May be NaN or absurd before the selector. */
  readonly weight: Float64Array;
  readonly met: RawColumn;
  readonly metPhi: RawColumn;
  readonly leptons: RawGroup;
  readonly jets: RawGroup;
  /** Trigger decisions by the profile's name for them, 0 or 1. */
  readonly triggers: Readonly<Record<string, Uint8Array>>;
}

/** Columns of objects, by the names of lib/physics/events.ts. */
export interface ObjectFields {
  readonly leptons: readonly string[];
  readonly jets: readonly string[];
}
