import type { Config, Profile } from '../../lib/config/index.js';
import type { EpochResult } from '../../lib/learning/train-megaset.js';
import type { EpochPlace } from './train.js';

/** What a model folder says of how it was made; run.json repeats a part of it. */
export interface TrainingRecord {
  readonly program: string;
  readonly configuration_hash: string;
  readonly feature_layout: string;
  /** Sections of the configuration that scoring needs again. */
  readonly settings: Pick<Config, 'luminosity_fb' | 'selection' | 'features' | 'training' | 'scores'>;
  readonly configuration: unknown;
  readonly profile: Profile;
  readonly backend: { readonly name: string; readonly version: string };
  readonly training: {
    readonly rows: number;
    readonly validation_rows: number;
    readonly megasets: readonly number[];
    readonly epochs: readonly EpochResult[];
    /** The epoch with the least loss, and the one whose weights the model has (training.keep). */
    readonly best?: EpochPlace;
    readonly kept?: EpochPlace;
  };
}
