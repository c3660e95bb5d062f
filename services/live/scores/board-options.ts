import { isPositiveScore, type LoadedConfig, scoreColumnNames } from '../../../lib/config/index.js';
import type { BoardOptions } from './score-board.js';

/** The column of `report.score`, or the first score where the run writes no such one; and how weights are shown. */
export function boardOptions({ config }: Pick<LoadedConfig, 'config'>): BoardOptions {
  const columns = scoreColumnNames(config);
  const score = columns.includes(config.report.score) ? config.report.score : columns[0]!;
  const ofData = dataLuminosityFb(config.input.samples);
  return {
    score,
    isLog: isPositiveScore(config, score),
    luminosityFb: ofData ?? config.luminosity_fb,
    luminosityOf: ofData === undefined ? 'configuration' : 'data',
    simulationScale: (ofData ?? config.luminosity_fb) / config.luminosity_fb,
    tailShare: config.live.tail_percent / 100,
    topEvents: config.live.top_events,
  };
}

/**
 * Luminosity of all data, to which simulation is scaled beside them as in reports (decisions.md 18); undefined where there
 * are none, or where that of a sample is not known.
 */
function dataLuminosityFb(samples: LoadedConfig['config']['input']['samples']): number | undefined {
  let sum = 0;
  for (const { kind, luminosity_fb: own } of samples) {
    if (kind !== 'data') continue;
    if (own === undefined) return undefined;
    sum += own;
  }
  return sum > 0 ? sum : undefined;
}
