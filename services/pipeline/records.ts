/** Counts by reason of one range or of many: raw, and weights in double-double (lib/physics CutFlow). */
export interface FlowRecord {
  readonly raw: readonly number[];
  readonly weightHigh: readonly number[];
  readonly weightLow: readonly number[];
}

/** What is known of a range whose features are written; stored last, so its presence means that it is done. */
export interface RangeRecord {
  readonly name: string;
  readonly sample: string;
  readonly kind: string;
  readonly file: string;
  readonly fingerprint: string;
  readonly first: number;
  readonly entries: number;
  /** Normalisation and limits that the range was made with: another one makes it stale. */
  readonly basis: string;
  readonly rows: number;
  /** Rows by split code. */
  readonly rowsBySplit: readonly number[];
  readonly flow: FlowRecord;
  readonly unclassifiedJets: number;
  readonly surplusObjects: number;
}

/** What is known of a range whose scores are written. */
export interface ScoredRecord {
  readonly name: string;
  readonly model: string;
  readonly rows: number;
}
