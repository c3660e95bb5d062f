import type { RunState } from '../../kafka/run-state.js';
import type { Scrape } from '../../top/scrape.js';
import type { LiveModel } from '../model/live-model.js';

/** Says in which state a run is, and since when. @param trouble with the brokers; empty where they answer */
export function tellRun(
  { failed, isFinished, times }: Pick<RunState, 'failed' | 'isFinished' | 'times'>,
  model: LiveModel,
  trouble: string,
  atMs: number,
): void {
  const startedMs = times.get('run');
  if (startedMs !== undefined)
    model.runTimes(startedMs, isFinished ? Math.max(...times.values()) : undefined);
  if (isFinished) model.runState('finished', atMs, trouble);
  else if (failed === undefined) model.runState('running', atMs, trouble);
  // Services that were started again go on; the failure stays on record.
  else if (model.section('flow').stages.some(({ copies }) => (copies?.up ?? 0) > 0))
    model.runState('running', atMs, `An earlier attempt failed: ${failed.service}: ${failed.message}`);
  else model.runState('failed', atMs, `${failed.service} failed: ${failed.message}`);
}

/** What cannot be had, and how it could be. */
export function limitsOf(scrapes: readonly Scrape[], hasScores: boolean): string[] {
  const silent = scrapes.filter(({ problem }) => problem !== undefined);
  return [
    ...(scrapes.length === 0
      ? [
          'No address of a service is known (live.services): how busy services are, what they hold, errors, rejected events, dead letters by reason and losses cannot be shown; events and what waits are those that the brokers know.',
        ]
      : []),
    ...silent.map(({ address, problem }) => `${address}: ${problem}.`),
    ...(hasScores
      ? []
      : [
          'The output directory holds no scores on this machine (yet): distributions, tail and events are shown where output.directory is the folder that the scorer writes.',
        ]),
  ];
}
