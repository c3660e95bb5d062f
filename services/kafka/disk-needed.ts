import type { LoadedConfig } from '../../lib/config/index.js';
import { needsOf } from '../../lib/learning/score-plan.js';
import { highLevelCount } from '../../lib/physics/high-level.js';
import { openInputs } from '../pipeline/input-plan.js';
import { scorePlanOf } from '../scorer/score-plan.js';

/**
 * Bytes of an entry on each data topic, as measured on the shipped sample with every event selected and no
 * compression: events, selected, features, scaled.
 */
const bytesPerEntry = 230 + 230 + 190 + 190;
/** High-level features of an entry on scaled. */
const bytesOfHighLevel = 4 * highLevelCount;

/** What the topics of a bounded run take at most on the brokers' disks, all replicas together. */
export async function diskNeeded(
  loaded: LoadedConfig,
  signal: AbortSignal,
): Promise<{ readonly entries: number; readonly bytes: number }> {
  const { config, profile } = loaded;
  const opened = await openInputs(loaded.samples, {
    config,
    profile,
    verify: false,
    signal,
    onFile: () => undefined,
  });
  const entries = opened.reduce((sum, file) => sum + file.entries, 0);
  const { highLevel } = needsOf(scorePlanOf(config));
  const each = bytesPerEntry + (highLevel ? bytesOfHighLevel : 0);
  return { entries, bytes: entries * each * config.kafka.topics.replication };
}
