import { type Histogram, integral } from './histogram.js';
import type { Axis } from './histogram-axis.js';

/** Facts that go with a histogram or an axis. */
export type UhiMetadata = Readonly<Record<string, string | number | boolean>>;

interface UhiAxisEnd {
  readonly underflow: true;
  readonly overflow: true;
  readonly circular: false;
  readonly metadata?: UhiMetadata;
}

export type UhiAxis = UhiAxisEnd &
  (
    | { readonly type: 'regular'; readonly lower: number; readonly upper: number; readonly bins: number }
    | { readonly type: 'variable'; readonly edges: readonly number[] }
  );

/** One histogram in the JSON form of UHI's histogram schema 1, of Scikit-HEP (uhi.readthedocs.io, "Serialization"). */
export interface UhiHistogram {
  readonly uhi_schema: 1;
  readonly writer_info: { readonly rmmstream: { readonly version: string } };
  readonly metadata: UhiMetadata;
  readonly axes: readonly [UhiAxis];
  readonly storage: {
    readonly type: 'weighted';
    readonly values: readonly number[];
    readonly variances: readonly number[];
  };
}

export interface UhiNames {
  /** Of the program that writes. */
  readonly version: string;
  /** What the histogram is; `entries` (rows in all places) is added. */
  readonly metadata?: UhiMetadata;
  /** Of the axis, `label` for one. */
  readonly axis?: UhiMetadata;
}

/**
 * A histogram as boost-histogram, hist and ROOT's readers of UHI take it: sums and variances with underflow and
 * overflow. Rows without a value are left out, and their number is in the metadata as `missing`. A file holds one of
 * them, or an object of several by name.
 */
export function toUhi(histogram: Histogram, { version, metadata, axis }: UhiNames): UhiHistogram {
  return {
    uhi_schema: 1,
    writer_info: { rmmstream: { version } },
    metadata: { ...metadata, entries: integral(histogram).count, missing: histogram.missing.count },
    axes: [uhiAxis(histogram.axis, axis)],
    storage: { type: 'weighted', values: [...histogram.sums], variances: [...histogram.squares] },
  };
}

function uhiAxis(axis: Axis, metadata: UhiMetadata | undefined): UhiAxis {
  const end: UhiAxisEnd = {
    underflow: true,
    overflow: true,
    circular: false,
    ...(metadata === undefined ? {} : { metadata }),
  };
  return axis.type === 'regular'
    ? { type: 'regular', lower: axis.low, upper: axis.high, bins: axis.bins, ...end }
    : { type: 'variable', edges: [...axis.edges], ...end };
}
