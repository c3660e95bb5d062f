import { packageVersion } from '../../lib/base/package-root.js';
import { toUhi, type UhiMetadata } from '../../lib/statistics/uhi.js';
import { type ReportSample, shown } from './samples.js';
import type { BySample } from './sliced.js';

/**
 * Histograms by sample in the UHI form, samples that are left out not among them. They have the weights of the score
 * files at the full luminosity, whatever a figure scales them by.
 */
export function uhiBySample(
  histograms: BySample,
  samples: readonly ReportSample[],
  { quantity, ...metadata }: UhiMetadata & { readonly quantity: string },
): Record<string, unknown> {
  const kinds = ['background', 'signal', 'data'] as const;
  return Object.fromEntries(
    kinds.flatMap((kind) =>
      shown(samples, kind).flatMap(({ name }) => {
        const histogram = histograms.get(name);
        if (histogram === undefined) return [];
        const names = {
          version: packageVersion,
          metadata: { ...metadata, sample: name, kind },
          axis: { label: quantity },
        };
        return [[name, toUhi(histogram, names)]];
      }),
    ),
  );
}
