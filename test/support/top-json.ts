/** What `top --json` prints. */
export interface TopJson {
  readonly stages: readonly {
    readonly address: string;
    readonly stage: string | null;
    readonly state: string;
    readonly answers: boolean;
    readonly events_in_per_second: number | null;
    readonly resident_bytes: number | null;
    readonly lag_records: number | null;
  }[];
}
