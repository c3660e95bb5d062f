import type { Config } from '../../lib/config/index.js';
import { formatPlace } from '../../lib/telemetry/format.js';
import type { EpochReport } from '../../lib/telemetry/reports.js';
import type { TrainingEars } from '../trainer/train-model.js';
import type { Surroundings } from './request.js';

/** Ears of a run in one process; its training is asked by `gate` whether it may go on. */
export interface RunTrainingEars extends TrainingEars {
  readonly gate: () => Promise<void> | undefined;
  readonly onEnd: () => void;
}

/** Tells progress and watch how training goes. */
export function trainingEars(
  { progress, watch, nowMs, gate }: Surroundings,
  { megasets, passes }: Pick<Config['training'], 'megasets' | 'passes'>,
): RunTrainingEars {
  let isBegun = false;
  let [behind, all, beforeMs] = [0, 0, nowMs()];
  return {
    onPlace(rows, ofAll) {
      [behind, all] = [rows, ofAll];
      watch?.waiting?.('trainer', behind, all);
      if (isBegun) return;
      isBegun = true;
      progress.start('train', all, behind);
      beforeMs = nowMs();
    },
    onStep(rows) {
      progress.advance('train', rows);
      if (watch === undefined) return;
      behind += rows;
      const atMs = nowMs();
      const seconds = (atMs - beforeMs) / 1000;
      beforeMs = atMs;
      watch.batch?.('trainer', { eventsIn: rows, bytesIn: 0, eventsOut: 0, bytesOut: 0, seconds });
      watch.waiting?.('trainer', Math.min(behind, all), all);
    },
    onEpoch({ network, networks, pass, megaset, epoch, loss, validationLoss }) {
      const report = { network, networks, pass, passes, megaset, megasets, epoch, loss, validationLoss };
      progress.advance('train', 0, epochNote(report));
      watch?.epoch?.(report);
    },
    onNote: (text) => progress.note(text),
    // A run that is held does not work.
    gate: () =>
      gate?.()?.then(() => {
        beforeMs = nowMs();
      }),
    onEnd: () => progress.finish('train'),
  };
}

function epochNote(report: EpochReport): string {
  const { loss, validationLoss } = report;
  const validation = validationLoss === undefined ? '' : `, validation ${validationLoss.toPrecision(4)}`;
  return `${formatPlace(report)}, loss ${loss.toPrecision(4)}${validation}`;
}
