import { formatPlace } from '../../../lib/telemetry/format.js';
import type { EpochView, TrainingSection } from '../shared/snapshot.js';

/** The losses over the numbers of epochs; null where a line is broken. */
export interface LossCurve {
  readonly x: readonly number[];
  readonly loss: readonly (number | null)[];
  readonly validation: readonly (number | null)[];
  /** The epochs of the points; null in a gap. */
  readonly shown: readonly (EpochView | null)[];
  /** Points where every network has a single epoch: there is nothing to draw a line between. */
  readonly kind: 'line' | 'points';
}

/** The losses of epochs, with a gap where the next network of an ensemble begins: it starts from nothing. */
export function lossCurve(epochs: readonly EpochView[]): LossCurve {
  const x: number[] = [];
  const loss: (number | null)[] = [];
  const validation: (number | null)[] = [];
  const shown: (EpochView | null)[] = [];
  let kind: LossCurve['kind'] = 'points';
  let before: EpochView | undefined;
  for (const epoch of epochs) {
    if (before !== undefined && before.network !== epoch.network) {
      x.push((before.number + epoch.number) / 2);
      loss.push(null);
      validation.push(null);
      shown.push(null);
    } else if (before !== undefined) kind = 'line';
    x.push(epoch.number);
    loss.push(epoch.loss);
    validation.push(epoch.validationLoss ?? null);
    shown.push(epoch);
    before = epoch;
  }
  return { x, loss, validation, shown, kind };
}

/** "Network 2 of 5, megaset 1 of 4, epoch 3", as far as the engine tells. */
export function placeOf(epoch: EpochView, { networks, passes, megasets }: TrainingSection): string {
  const { number, network = 0, pass = 0, megaset, epoch: at } = epoch;
  if (megaset === undefined || at === undefined) return `Epoch ${number}`;
  if (megasets === 0) return `Epoch ${at + 1}`;
  const place = formatPlace({ network, networks, pass, passes, megaset, megasets });
  return `${place[0]!.toUpperCase()}${place.slice(1)}, epoch ${at + 1}`;
}
