import { deadLetterCounts } from '../../lib/physics/selection/index.js';
import { flowFromRecord } from '../selector/flow-record.js';
import { rejectedEvents } from '../selector/rejected-events.js';
import type { PassStage } from './event-pass.js';
import type { RangeRecord } from './records.js';
import type { StageSeconds } from './stage-seconds.js';
import type { StageBatch } from './tasks.js';

/** Bytes of files that a range took and made; between fused stages nothing is written. */
export interface PassBytes {
  readonly read: number;
  readonly features: number;
  readonly moments: number;
}

/** What became of a range at each of the fused stages, as the services of those names would tell it. */
export function passBatches(
  { entries, rows, flow, kind }: Pick<RangeRecord, 'entries' | 'rows' | 'flow' | 'kind'>,
  seconds: StageSeconds<PassStage>,
  bytes: PassBytes,
): StageBatch[] {
  const counted = flowFromRecord(flow);
  const batch = (
    stage: PassStage,
    [eventsIn, bytesIn]: readonly [number, number],
    [eventsOut, bytesOut]: readonly [number, number],
    more: Pick<StageBatch['report'], 'rejected' | 'deadLetters'> = {},
  ): StageBatch => ({
    stage,
    report: { eventsIn, bytesIn, eventsOut, bytesOut, seconds: seconds.of(stage), ...more },
  });
  return [
    batch('ingest', [entries, bytes.read], [entries, 0]),
    batch('selector', [entries, 0], [rows, 0], {
      rejected: Object.fromEntries(rejectedEvents(counted)),
      deadLetters: deadLetterCounts(counted),
    }),
    batch('featurizer', [rows, 0], [rows, bytes.features]),
    batch('scaler_moments', [rows, 0], kind === 'background' ? [rows, bytes.moments] : [0, 0]),
  ];
}
