import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../lib/base/package-root.js';
import type { Events } from '../../../lib/physics/events.js';

/** One event of events.json: inputs in MeV, golden values in GeV. */
export interface GoldenEvent {
  readonly set: string;
  readonly entry: number;
  readonly run: number;
  readonly event: number;
  readonly channel: number;
  readonly weight: number;
  readonly met: number;
  readonly met_phi: number;
  readonly lep: readonly (readonly number[])[];
  readonly jet: readonly (readonly number[])[];
  readonly mll: number;
  readonly cell: readonly number[];
  readonly value: readonly number[];
  readonly report: readonly number[] | null;
}

export interface GoldenFile {
  readonly columns: { readonly report: readonly string[] };
  readonly events: readonly GoldenEvent[];
}

export function goldenPath(name: string): string {
  return join(packageRoot, 'test', 'golden', 'physics', name);
}

export function readGolden(): GoldenFile {
  return JSON.parse(readFileSync(goldenPath('events.json'), 'utf8')) as GoldenFile;
}

/** The events as columns, with the units of the system; values are float32 numbers widened, as a reader gives them. */
export function toEvents(golden: readonly GoldenEvent[]): Events {
  const ragged = (of: 'lep' | 'jet'): Int32Array => {
    const offsets = new Int32Array(golden.length + 1);
    golden.forEach((event, row) => {
      offsets[row + 1] = offsets[row]! + event[of][0]!.length;
    });
    return offsets;
  };
  const column = (of: 'lep' | 'jet', index: number, unit = 1): Float64Array =>
    Float64Array.from(
      golden.flatMap((event) => event[of][index]!),
      (value) => Math.fround(value) * unit,
    );
  const scalar = (pick: (event: GoldenEvent) => number): Float64Array => Float64Array.from(golden, pick);
  const gev = 1e-3;
  return {
    count: golden.length,
    run: Int32Array.from(golden, (event) => event.run),
    event: BigInt64Array.from(golden, (event) => BigInt(event.event)),
    channel: Int32Array.from(golden, (event) => event.channel),
    weight: scalar((event) => event.weight),
    met: scalar((event) => Math.fround(event.met) * gev),
    metPhi: scalar((event) => Math.fround(event.met_phi)),
    leptons: {
      offsets: ragged('lep'),
      pt: column('lep', 0, gev),
      eta: column('lep', 1),
      phi: column('lep', 2),
      energy: column('lep', 3, gev),
      charge: Int32Array.from(column('lep', 4)),
      type: Int32Array.from(column('lep', 5)),
      ptcone30: column('lep', 6, gev),
      etcone20: column('lep', 7, gev),
      d0: column('lep', 8),
      d0Significance: column('lep', 9),
      z0: column('lep', 10),
      tight: Uint8Array.from(column('lep', 11)),
    },
    jets: {
      offsets: ragged('jet'),
      pt: column('jet', 0, gev),
      eta: column('jet', 1),
      phi: column('jet', 2),
      energy: column('jet', 3, gev),
      jvt: column('jet', 4),
      btag: column('jet', 5),
    },
    triggers: {},
  };
}
