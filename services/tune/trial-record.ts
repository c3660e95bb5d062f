import { createHash } from 'node:crypto';
import { canonicalJson, type JsonValue } from '../../lib/config/index.js';
import { type NetworkFile, networkToJson } from '../../lib/learning/network-json.js';
import type { Candidate } from '../../lib/learning/tuning/space.js';

/** What is known of a configuration after the last rung that it finished. */
export interface TrialRecord {
  readonly id: string;
  /** Fingerprint of the sample that it was trained on. */
  readonly sample: string;
  /** Of TrialSettings: trainings of other settings cannot be compared. */
  readonly settings: string;
  readonly network: NetworkFile;
  readonly latent: number;
  readonly learning_rate: number;
  /** Validation error after each epoch. */
  readonly errors: readonly number[];
  /** Training loss of each epoch, penalties included. */
  readonly losses: readonly number[];
  /** Why the training ended before its time; absent where it did not. */
  readonly diverged?: string;
  /** Seconds of all epochs. */
  readonly seconds: number;
}

/** What every trial of a search has alike and its result depends on. */
export interface TrialSettings {
  readonly sample: string;
  readonly scaler: string;
  readonly backend: { readonly name: string; readonly version: string };
  /** Batch, loss, clipping, seed of the first weights. */
  readonly training: JsonValue;
}

export function settingsHash({ backend, ...settings }: TrialSettings): string {
  return hashOf({ ...settings, backend: { ...backend } });
}

/**
 * Names a trial by all that its errors depend on, and not by the search that drew it: another search over the same
 * sample takes it as done.
 */
export function trialId(settings: string, { network, learningRate }: Candidate): string {
  return hashOf({
    settings,
    network: networkToJson(network) as unknown as JsonValue,
    learning_rate: learningRate,
  });
}

function hashOf(value: JsonValue): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}

/** Whether nothing more has to be trained to know the error after so many epochs. */
export function isSettled(record: TrialRecord | undefined, epochs: number): record is TrialRecord {
  return record !== undefined && (record.diverged !== undefined || record.errors.length >= epochs);
}

/** Validation error after so many epochs, or after the last; not a number where the training diverged before. */
export function errorOf({ errors, diverged }: TrialRecord, epochs?: number): number {
  const at = epochs ?? (diverged === undefined ? errors.length : errors.length + 1);
  return errors[at - 1] ?? Number.NaN;
}

/** From the least error to the largest, those that diverged last; ties by id. */
export function ranked(records: Iterable<TrialRecord>): TrialRecord[] {
  const place = (record: TrialRecord) => {
    const error = errorOf(record);
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  };
  const byId = (a: TrialRecord, b: TrialRecord) => (a.id < b.id ? -1 : 1);
  return [...records].sort((a, b) => (place(a) === place(b) ? byId(a, b) : place(a) - place(b)));
}
