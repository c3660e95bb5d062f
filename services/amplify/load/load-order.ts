/** What a load run is asked to make. */
export interface LoadOrder {
  readonly seed: number;
  /** Events in all; undefined: as many as the time gives. */
  readonly events: number | undefined;
  /** For how long files are added to the plan, where no number of events is given. */
  readonly seconds: number | undefined;
  /** Events a second that are held; undefined: as fast as it goes. */
  readonly rate: number | undefined;
  /** Where a time is given: nothing is planned while more events than this wait for their scores. */
  readonly maxWaiting: number | undefined;
}
