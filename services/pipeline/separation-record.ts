import { isDefined, type Measured } from '../../lib/statistics/measured.js';
import type { BootstrapErrors } from '../../lib/statistics/paired-bootstrap.js';
import type { Separation } from '../../lib/statistics/separation.js';

/** A number of run.json with its statistical error, or why there is none; errors may be switched off. */
export type MeasuredRecord =
  | { readonly value: number; readonly error?: number; readonly error_not_defined?: string }
  | { readonly not_defined: string };

/** How well one score tells one signal from the background, as run.json has it. */
export interface SeparationRecord {
  readonly auc: MeasuredRecord;
  readonly auc_within_bins: MeasuredRecord & {
    /** AUC within bins of this score less that of H_T + MET; absent at H_T + MET itself. */
    readonly difference_to_ht_plus_met?: MeasuredRecord;
  };
  /** By background efficiency, keys "0.1", "0.01", "0.001". */
  readonly signal_efficiency: Readonly<Record<string, MeasuredRecord>>;
}

/** @param reference the same for H_T + MET; undefined if this is it */
export function separationRecord(
  found: Separation,
  reference: Separation | undefined,
  errors: BootstrapErrors | undefined,
): SeparationRecord {
  const difference =
    reference === undefined
      ? {}
      : {
          difference_to_ht_plus_met: record(
            less(found.aucWithinBins, reference.aucWithinBins),
            errors?.difference,
          ),
        };
  return {
    auc: record(found.auc, errors?.auc),
    auc_within_bins: { ...record(found.aucWithinBins, errors?.aucWithinBins), ...difference },
    signal_efficiency: Object.fromEntries(
      Object.entries(found.signalEfficiency).map(([share, efficiency]) => [
        share,
        record(efficiency, errors?.signalEfficiency[share]),
      ]),
    ),
  };
}

function less(left: Measured, right: Measured): Measured {
  if (!isDefined(left)) return left;
  return isDefined(right) ? { value: left.value - right.value } : right;
}

function record(measured: Measured, error?: Measured): MeasuredRecord {
  if (!isDefined(measured)) return { not_defined: measured.notDefined };
  if (error === undefined) return measured;
  return isDefined(error)
    ? { value: measured.value, error: error.value }
    : { value: measured.value, error_not_defined: error.notDefined };
}
