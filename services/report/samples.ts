import type { SampleKind } from '../../lib/config/index.js';
import type { RunReport } from '../pipeline/report.js';
import type { FinishedRun } from './open-runs.js';

/** A sample of the joined runs, as every section takes it. */
export interface ReportSample {
  readonly name: string;
  readonly kind: SampleKind;
  /** Why its rows are in no number of the report; undefined where they are. */
  readonly leftOut?: string;
  /** fb^-1; data only. */
  readonly luminosityFb?: number;
}

/** The samples in the order of the runs. A sample of two runs is one, with the luminosity of both. */
export function reportSamples(runs: readonly FinishedRun[]): ReportSample[] {
  const found = new Map<string, ReportSample>();
  for (const { record } of runs) {
    for (const [name, sample] of Object.entries(record.samples)) {
      const made = reportSample(name, sample);
      const before = found.get(name);
      const luminosityFb =
        made.luminosityFb === undefined ? undefined : made.luminosityFb + (before?.luminosityFb ?? 0);
      // A sample that is corrupt in one run is left out of all.
      const leftOut = before?.leftOut ?? made.leftOut;
      found.set(name, {
        ...made,
        ...(luminosityFb === undefined ? {} : { luminosityFb }),
        ...(leftOut === undefined ? {} : { leftOut }),
      });
    }
  }
  return [...found.values()];
}

function reportSample(name: string, sample: RunReport['samples'][string]): ReportSample {
  const { kind, corrupt, when_corrupt: whenCorrupt, luminosity_fb: luminosityFb } = sample;
  return {
    name,
    kind: kind as SampleKind,
    ...(luminosityFb === undefined ? {} : { luminosityFb }),
    ...(corrupt && whenCorrupt === 'leave_out'
      ? { leftOut: 'too many corrupt weights (selection.corrupt)' }
      : {}),
  };
}

/** Samples whose rows are shown, of one kind. */
export function shown(samples: readonly ReportSample[], kind: SampleKind): ReportSample[] {
  return samples.filter((sample) => sample.kind === kind && sample.leftOut === undefined);
}
