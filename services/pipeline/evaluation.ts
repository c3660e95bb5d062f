import { setImmediate } from 'node:timers/promises';
import { type Config, scoreColumnNames } from '../../lib/config/index.js';
import { type EnergyBins, energyBins } from '../../lib/statistics/energy-bins.js';
import { LinearBootstrap } from '../../lib/statistics/linear-bootstrap.js';
import { type ErrorEstimate, PairedBootstrap } from '../../lib/statistics/paired-bootstrap.js';
import type { ComparedEvents } from '../../lib/statistics/score-comparison.js';
import { BackgroundReference, type ScoredEvents, type Separation } from '../../lib/statistics/separation.js';
import type { Surroundings } from './request.js';
import type { Collected, ScoredPart } from './scored-parts.js';
import { type SeparationRecord, separationRecord } from './separation-record.js';

/** For each signal sample and each score, and beside them for MET and H_T + MET, how well it tells the two apart. */
export interface Evaluation {
  readonly background: { readonly events: number };
  /** How the statistical errors were made; absent where there are none. */
  readonly errors?: { readonly method: 'bootstrap' | 'linear_bootstrap' };
  readonly signals: Readonly<
    Record<
      string,
      { readonly events: number; readonly separation: Readonly<Record<string, SeparationRecord>> }
    >
  >;
}

/** Names of the two scores that need no network; no AUC is shown without them beside it. */
const energyScores = ['met', 'ht_plus_met'] as const;
/** What AUC within bins is compared with: that of H_T + MET itself is not 1/2, for bins are wide. */
const nullScore = 'ht_plus_met';
/** With more test events of background and signals the bootstrap is taken in its limit (key bootstrap_samples says so too). */
const largestBootstrap = 50_000;

class Collector {
  readonly #parts: Collected[] = [];
  rows = 0;

  add(part: Collected): void {
    this.#parts.push(part);
    this.rows += part.weights.length;
  }

  join(names: readonly string[]): Collected {
    const floats = (of: (part: Collected) => Float32Array) => {
      const joined = new Float32Array(this.rows);
      let at = 0;
      for (const part of this.#parts) {
        joined.set(of(part), at);
        at += part.weights.length;
      }
      return joined;
    };
    const weights = new Float64Array(this.rows);
    let at = 0;
    for (const part of this.#parts) {
      weights.set(part.weights, at);
      at += part.weights.length;
    }
    return {
      met: floats((part) => part.met),
      energy: floats((part) => part.energy),
      weights,
      scores: Object.fromEntries(names.map((name) => [name, floats((part) => part.scores[name]!)])),
    };
  }
}

/** Scored events as figures are made of: the test part of the background, and every signal by sample. */
export interface CollectedEvents {
  readonly background: Collected;
  readonly signals: ReadonlyMap<string, Collected>;
}

/**
 * Reads the scores back and compares every signal sample with the test part of the background.
 * @param parts in an order that does not depend on how the work was divided: sums are taken in it
 */
export async function evaluate(
  parts: readonly ScoredPart[],
  config: Config,
  surroundings: Surroundings,
): Promise<Evaluation> {
  return evaluateEvents(await collectEvents(parts, config, surroundings), config, surroundings);
}

/** Reads the scores back, each part once. */
export async function collectEvents(
  parts: readonly ScoredPart[],
  config: Config,
  { progress, signal }: Surroundings,
): Promise<CollectedEvents> {
  const scoreNames = scoreColumnNames(config);
  const background = new Collector();
  const signals = new Map<string, Collector>();
  const wanted = parts.filter(({ kind, rows }) => rows > 0 && kind !== 'data');
  progress.start(
    'evaluate',
    wanted.reduce((sum, { rows }) => sum + rows, 0),
  );
  for (const { sample, kind } of parts)
    if (kind === 'signal' && !signals.has(sample)) signals.set(sample, new Collector());
  for (const part of wanted) {
    signal.throwIfAborted();
    (part.kind === 'background' ? background : signals.get(part.sample)!).add(await part.read());
    progress.advance('evaluate', part.rows);
  }
  return {
    background: background.join(scoreNames),
    signals: new Map([...signals].map(([sample, collector]) => [sample, collector.join(scoreNames)])),
  };
}

/** Compares every signal with the background; ends the stage that `collectEvents` began. */
export async function evaluateEvents(
  { background: joined, signals: found }: CollectedEvents,
  config: Config,
  { progress, signal }: Surroundings,
): Promise<Evaluation> {
  const { evaluation } = config;
  const names = [...energyScores, ...scoreColumnNames(config)];
  const bins = energyBins(joined.energy, joined.weights, {
    levels: evaluation.energy_bin_quantiles,
    minimumEvents: evaluation.min_bin_events,
  });
  const separation = new Map<string, Record<string, Separation>>(
    [...found.keys()].map((sample) => [sample, {}]),
  );
  // One score at a time: the reference holds every background event of it.
  for (const name of names) {
    const reference = new BackgroundReference(scored(joined, name), bins, evaluation.background_efficiencies);
    for (const [sample, events] of found)
      separation.get(sample)![name] = reference.separation(scored(events, name));
  }
  const errors = await estimateErrors(joined, [...found.values()], bins, names, config, signal);
  progress.finish('evaluate');
  return {
    background: { events: joined.weights.length },
    ...(errors === undefined ? {} : { errors: { method: errors.method } }),
    signals: Object.fromEntries(
      [...found].map(([sample, events], index) => {
        const separations = separation.get(sample)!;
        const records = names.map((name, score) => [
          name,
          separationRecord(
            separations[name]!,
            name === nullScore ? undefined : separations[nullScore]!,
            errors?.estimate.errors(index, score),
          ),
        ]);
        return [sample, { events: events.weights.length, separation: Object.fromEntries(records) }];
      }),
    ),
  };
}

/** The statistical errors of all areas and efficiencies; undefined when they are switched off or there is no signal. */
async function estimateErrors(
  background: Collected,
  signals: readonly Collected[],
  bins: EnergyBins | { readonly notDefined: string },
  names: readonly string[],
  { evaluation }: Config,
  signal: AbortSignal,
): Promise<
  { readonly method: 'bootstrap' | 'linear_bootstrap'; readonly estimate: ErrorEstimate } | undefined
> {
  const {
    bootstrap_samples: samples,
    bootstrap_seed: seed,
    background_efficiencies: efficiencies,
  } = evaluation;
  if (samples === 0 || signals.length === 0) return undefined;
  const compared = (events: Collected): ComparedEvents => ({
    weights: events.weights,
    energy: events.energy,
    scores: names.map((name) => scored(events, name).scores),
  });
  const rows = signals.reduce((sum, { weights }) => sum + weights.length, background.weights.length);
  const sides = [compared(background), signals.map(compared), bins, names.indexOf(nullScore)] as const;
  const method = rows > largestBootstrap ? 'linear_bootstrap' : 'bootstrap';
  const estimate =
    method === 'linear_bootstrap'
      ? new LinearBootstrap(...sides, efficiencies)
      : new PairedBootstrap(...sides, { samples, seed, efficiencies });
  for (let step = 0; step < estimate.steps; step += 1) {
    estimate.step(step);
    // Lets the signals of the process and its timers in between.
    await setImmediate();
    signal.throwIfAborted();
  }
  return { method, estimate };
}

function scored(events: Collected, name: string): ScoredEvents {
  const scores = name === 'met' ? events.met : name === nullScore ? events.energy : events.scores[name]!;
  return { scores, weights: events.weights, energy: events.energy };
}
