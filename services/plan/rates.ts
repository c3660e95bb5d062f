/** What one copy of a stage does, and what events take on their way: measured, and to be replaced by what your machines do. */
export interface Rates {
  /** Entries of input files a second. */
  readonly ingest: number;
  /** Entries a second. */
  readonly selector: number;
  /** Selected events a second, from here on. */
  readonly featurizer: number;
  readonly moments: number;
  /** Written by the copies of the scorer. */
  readonly feature_files: number;
  readonly scaler: number;
  readonly scorer: number;
  /** Rows of one epoch a second, of the one copy that trains. */
  readonly trainer: number;
  /** Bytes of a message for each entry. */
  readonly events_bytes: number;
  /** The same for each selected event, from here on. */
  readonly selected_bytes: number;
  readonly features_bytes: number;
  readonly scaled_bytes: number;
  readonly score_file_bytes: number;
  readonly feature_file_bytes: number;
  /** Of the megasets on the trainer's disk, for each training event. */
  readonly megaset_bytes: number;
  /** Bytes a second that one broker takes from producers and other brokers, and gives to consumers and other brokers. */
  readonly broker_write: number;
  readonly broker_read: number;
}

/**
 * The slower of the machines of docs/benchmarks.md (two virtual cores, a process of each service beside its broker), each
 * number as it stands there; a test compares them.
 */
export const measuredRates: Rates = {
  ingest: 363_000,
  selector: 616_000,
  featurizer: 357_000,
  moments: 980_000,
  feature_files: 527_000,
  scaler: 527_000,
  scorer: 277_000,
  trainer: 154_051,
  events_bytes: 139,
  selected_bytes: 104,
  features_bytes: 150,
  scaled_bytes: 165,
  score_file_bytes: 40,
  feature_file_bytes: 150,
  megaset_bytes: 112,
  broker_write: 132_000_000,
  broker_read: 332_000_000,
};

export const rateNames = Object.keys(measuredRates) as readonly (keyof Rates)[];
