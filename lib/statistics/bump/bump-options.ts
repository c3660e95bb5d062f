import type { FamilyName } from './families.js';
import type { Seen } from './needed-strength.js';

export type MassObservable = 'mll' | 'mlll';

export interface BumpOptions {
  /** sqrt(s), GeV. */
  readonly scale: number;
  /** GeV; only bins inside as a whole are read. */
  readonly range: Readonly<Record<MassObservable, readonly [from: number, to: number]>>;
  readonly family: FamilyName | 'auto';
  /** Widths of the windows in bins; the widest is also at most a third of the range. */
  readonly minWidth: number;
  readonly maxWidth: number;
  readonly sidebands: boolean;
  /** The fit leaves a window with a smaller local p-value out. */
  readonly leaveBelow: number;
  readonly toys: number;
  readonly seed: number;
  readonly seen: Seen;
  /** p-value of the shape below which the region shapes the spectrum. */
  readonly sculptedBelow: number;
}

/** Beyond the Z peak, and beyond where three leptons of WZ are most frequent. */
export const usualBumpOptions: BumpOptions = {
  scale: 13_000,
  range: { mll: [110, 13_000], mlll: [200, 13_000] },
  family: 'auto',
  minWidth: 2,
  maxWidth: 8,
  sidebands: false,
  leaveBelow: 1e-4,
  toys: 1000,
  seed: 1,
  seen: { z: 3, events: 3 },
  sculptedBelow: 0.01,
};
