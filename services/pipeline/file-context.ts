import type { RootMetadata } from '../../lib/columnar/root/index.js';
import type { Config, Profile, SampleKind } from '../../lib/config/index.js';

/** One input file of a run, with everything a worker needs to read and weigh its events. Survives structuredClone. */
export interface FileContext {
  readonly sample: string;
  /** Kind of the sample; `input` where `score` was given files without a configuration. */
  readonly kind: SampleKind | 'input';
  /** As outputs name it. */
  readonly name: string;
  readonly path: string;
  readonly fingerprint: string;
  /** Entries to read: those of the file, or fewer with max_events. */
  readonly entries: number;
  readonly metadata: RootMetadata;
  /** True where every event weighs 1. */
  readonly data: boolean;
  /** Median of abs(weight) of the file's entries, as the events weigh in the run; 0 for data. */
  readonly medianWeight: number;
  /** Summed weights of all productions of each channel. */
  readonly sumOfWeights: ReadonlyMap<number, number>;
}

/** What every worker of a run knows. */
export interface RunSettings {
  readonly config: Config;
  readonly profile: Profile;
}

/** A piece of work: consecutive entries of one file, under the name that its outputs have. */
export interface FileRange {
  readonly name: string;
  readonly file: FileContext;
  readonly first: number;
  readonly count: number;
}
