export interface EarlyStoppingOptions {
  /** Epochs without improvement after which a megaset ends; 0 never stops. */
  readonly patience: number;
  /** An epoch improves if its loss lies below the best one by more than this. */
  readonly minDelta: number;
}

/** What is remembered between the epochs of one megaset; plain JSON. */
export interface EarlyStopping {
  /** Least loss so far; null before the first epoch has ended. */
  readonly best: number | null;
  readonly bestEpoch: number;
  readonly stop: boolean;
}

export const startStopping: EarlyStopping = { best: null, bestEpoch: -1, stop: false };

/** The state after an epoch that ended with `loss`; a pure decision. */
export function afterEpoch(
  state: EarlyStopping,
  options: EarlyStoppingOptions,
  epoch: number,
  loss: number,
): EarlyStopping {
  if (state.best === null || loss < state.best - options.minDelta)
    return { best: loss, bestEpoch: epoch, stop: false };
  const waited = epoch - Math.max(state.bestEpoch, 0);
  return { ...state, stop: options.patience > 0 && waited >= options.patience };
}
