import fc from 'fast-check';
import type { BlockSource } from '../../lib/flow/block-source.js';
import { Random } from '../../lib/learning/random.js';
import type { RawColumn, RawEvents, RawGroup } from '../../services/ingest/raw-events.js';

/** What decides how the events of a random block look. */
export interface RawShape {
  readonly seed: number;
  readonly count: number;
  /** Floats of the file: float32 in MeV, or float64 in GeV. */
  readonly wide: boolean;
  readonly amplified: boolean;
  /** The columns that only tables use. */
  readonly tables: boolean;
  readonly triggers: number;
}

export const rawShape: fc.Arbitrary<RawShape> = fc.record({
  seed: fc.nat(1e6),
  count: fc.integer({ min: 0, max: 40 }),
  wide: fc.boolean(),
  amplified: fc.boolean(),
  tables: fc.boolean(),
  triggers: fc.nat(2),
});

export function sourceOf(shape: RawShape, kind: BlockSource['kind'] = 'background'): BlockSource {
  const first = 8192 * (shape.seed % 5);
  return { sample: 'zee', kind, file: 'mc/zeé.root', fingerprint: 'c0ffee', first, entries: shape.count };
}

/** Events as a file might have them, with ties in pT, dead letters, and objects on either side of every cut. */
export function rawEvents(shape: RawShape): RawEvents {
  const { count, wide, amplified, tables } = shape;
  const random = new Random('raw', [shape.seed]);
  const unit = wide ? 1 : 1000;
  const factor = wide ? 1 : 0.001;
  const floats = (length: number, draw: () => number, scaled = true): RawColumn => {
    const numbers = Array.from({ length }, () => draw() * (scaled ? unit : 1));
    return {
      values: wide ? Float64Array.from(numbers) : Float32Array.from(numbers),
      factor: scaled ? factor : 1,
    };
  };
  const between = (low: number, high: number) => () => low + (high - low) * random.unit();
  // Few values, so that equal pT are common.
  const pt = () => 5 + 5 * random.below(20);
  const offsets = (most: number) => {
    const found = new Int32Array(count + 1);
    for (let i = 0; i < count; i++) found[i + 1] = found[i]! + random.below(most + 1);
    return found;
  };
  const kinematics = (total: number): [string, RawColumn][] => [
    ['pt', floats(total, pt)],
    ['eta', floats(total, between(-3, 3), false)],
    ['phi', floats(total, between(-3.2, 3.2), false)],
    ['energy', floats(total, between(100, 1500))],
  ];
  const integers = (length: number, draw: () => number) => Array.from({ length }, draw);
  const leptons = (): RawGroup => {
    const found = offsets(4);
    const total = found[count]!;
    const columns: [string, RawColumn][] = [
      ...kinematics(total),
      ['type', { values: Uint32Array.from(integers(total, () => 11 + 2 * random.below(2))), factor: 1 }],
      ['ptcone30', floats(total, between(-1, 8))],
      ['etcone20', floats(total, between(-1, 8))],
    ];
    if (tables) {
      columns.push(
        ['charge', { values: Int32Array.from(integers(total, () => 2 * random.below(2) - 1)), factor: 1 }],
        ['d0', floats(total, between(-1, 1), false)],
        ['d0Significance', floats(total, between(-4, 4), false)],
        ['z0', floats(total, between(-9, 9), false)],
        ['tight', { values: Uint8Array.from(integers(total, () => random.below(2))), factor: 1 }],
      );
    }
    return { offsets: found, columns: new Map(columns) };
  };
  const jets = (): RawGroup => {
    const found = offsets(8);
    const total = found[count]!;
    return {
      offsets: found,
      columns: new Map([
        ...kinematics(total),
        ['jvt', floats(total, between(0, 1), false)],
        ['btag', floats(total, between(-1, 1), false)],
      ]),
    };
  };
  const big = (length: number) =>
    BigInt64Array.from({ length }, () => (BigInt(random.next()) << 31n) - BigInt(random.next()));
  const event = big(count);
  return {
    count,
    run: Int32Array.from(integers(count, () => random.next() | 0)),
    event,
    keyEvent: amplified ? big(count) : event,
    channel: Int32Array.from(integers(count, () => 361_106 + random.below(3))),
    weight: Float64Array.from(integers(count, () => weights[random.below(weights.length)]!)),
    met: floats(count, between(-0.5, 300)),
    metPhi: floats(count, between(-3.2, 3.2), false),
    leptons: leptons(),
    jets: jets(),
    triggers: Object.fromEntries(
      Array.from({ length: shape.triggers }, (_, i) => [
        `trig${i}`,
        Uint8Array.from(integers(count, () => random.below(2))),
      ]),
    ),
  };
}

const weights = [1, 0.3, -0.7, 1 / 3, 0, 2e-8, Number.NaN, 1e9, Number.POSITIVE_INFINITY];
