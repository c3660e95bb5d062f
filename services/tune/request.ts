import type { LoadedConfig } from '../../lib/config/index.js';
import type { Surroundings } from '../pipeline/request.js';

export interface TuneRequest extends Surroundings {
  readonly loaded: LoadedConfig;
  /** Where the search writes. */
  readonly directory: string;
  /** Deletes what the directory holds of an earlier search. */
  readonly fresh: boolean;
  /** Takes added files or samples; what was trained on the sample before is then of no use. */
  readonly extend: boolean;
}
