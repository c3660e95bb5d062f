import type { SampleCutFlow } from '../pipeline/cutflow.js';
import type { RunReport } from '../pipeline/report.js';

/** A simulated sample of one run: what was written of it against what its cross section allows. */
export interface YieldCheck {
  readonly sample: string;
  /** Weighted events before any cut, at the run's luminosity; corrupt weights are not among them. */
  readonly written: number;
  /** Sum of cross section x luminosity over the sample's channels. */
  readonly allowed: number;
  readonly exceeds: boolean;
}

/** Cross sections in pb of each channel, as the files of one sample or of several give them. */
export interface CrossSections {
  readonly channel: number;
  readonly values: readonly { readonly sample: string; readonly file: string; readonly pb: number }[];
}

type Inputs = RunReport['inputs'];

/**
 * The yield check of decisions.md 19. The sum of weights of a production counts events that were never written too,
 * so the written ones add up to at most cross section x luminosity.
 */
export function checkYields(
  inputs: Inputs,
  cutFlows: Readonly<Record<string, SampleCutFlow>>,
  luminosityPb: number,
  tolerance: number,
): YieldCheck[] {
  const channels = new Map<string, Map<number, number>>();
  for (const { sample, productions = [] } of inputs) {
    const own = channels.get(sample) ?? new Map<number, number>();
    for (const { channel, cross_section_pb: pb } of productions) own.set(channel, pb);
    channels.set(sample, own);
  }
  return [...channels].flatMap(([sample, own]): YieldCheck[] => {
    const [first] = cutFlows[sample]?.cuts ?? [];
    if (own.size === 0 || first === undefined) return [];
    const allowed = [...own.values()].reduce((sum, pb) => sum + pb, 0) * luminosityPb;
    const written = first.weighted;
    return [{ sample, written, allowed, exceeds: written > allowed * (1 + tolerance) }];
  });
}

/** Samples of which no more than `input.max_events` were read: luminosities and cross sections are of all their events. */
export function cutShort(
  samples: Readonly<Record<string, Pick<RunReport['samples'][string], 'entries'>>>,
  maxEvents: number,
): string[] {
  return Object.entries(samples).flatMap(([name, { entries }]) => (entries >= maxEvents ? [name] : []));
}

/** Channels whose files do not agree on the cross section. Within one sample a run refuses them. */
export function differingCrossSections(inputs: Inputs): CrossSections[] {
  return byChannel(inputs).filter(({ values }) => new Set(values.map(({ pb }) => pb)).size > 1);
}

/** Channels that stand in several samples: where both count, so do their events. */
export function sharedChannels(inputs: Inputs): CrossSections[] {
  return byChannel(inputs).filter(({ values }) => new Set(values.map(({ sample }) => sample)).size > 1);
}

function byChannel(inputs: Inputs): CrossSections[] {
  const found = new Map<number, { sample: string; file: string; pb: number }[]>();
  for (const { sample, file, productions = [] } of inputs) {
    for (const { channel, cross_section_pb: pb } of productions) {
      const own = found.get(channel) ?? [];
      own.push({ sample, file, pb });
      found.set(channel, own);
    }
  }
  return [...found].map(([channel, values]) => ({ channel, values }));
}

/** How far a share of `part` in `all` events is from the nominal one, in binomial standard deviations. */
export function shareDeviation(part: number, all: number, nominal: number): number {
  return all > 0 ? (part - all * nominal) / Math.sqrt(all * nominal * (1 - nominal)) : 0;
}
