/** How the learning rate changes in the course of a run. */
export type RateSchedule =
  | { readonly type: 'constant' }
  | {
      readonly type: 'cosine';
      /** Steps of the whole run, the warm-up included. */
      readonly steps: number;
      /** Steps at the start over which the rate rises from 0. */
      readonly warmup: number;
      /** The rate at the end. */
      readonly minimum: number;
    }
  | {
      readonly type: 'plateau';
      /** What the rate is multiplied with. */
      readonly factor: number;
      /** Epochs without improvement before that, at least 1. */
      readonly patience: number;
      /** An epoch improves if its loss lies below the best one by more than this. */
      readonly minDelta: number;
      /** Epochs after a reduction in which none is counted as without improvement. */
      readonly cooldown: number;
      readonly minimum: number;
    };

/** What the schedule by plateaus remembers between epochs, in whatever megaset; plain JSON. */
export interface Plateau {
  readonly rate: number;
  /** Null before the first epoch has ended. */
  readonly best: number | null;
  readonly waited: number;
  readonly cooling: number;
}

export function startPlateau(rate: number): Plateau {
  return { rate, best: null, waited: 0, cooling: 0 };
}

/** The same rate at every step, as options of `trainMegaset`. */
export function constantRate(learningRate: number) {
  return { learningRate, schedule: { type: 'constant' }, stepsBefore: 0 } as const;
}

/**
 * The learning rate of a step.
 * @param step from 0, over the whole run
 */
export function rateOf(schedule: RateSchedule, peak: number, step: number, plateau: Plateau): number {
  switch (schedule.type) {
    case 'constant':
      return peak;
    case 'cosine':
      return cosineRate(schedule, peak, step);
    case 'plateau':
      return plateau.rate;
  }
}

/**
 * Keras' CosineDecay(0, steps - warmup, minimum / peak, warmup_target=peak, warmup_steps=warmup): a straight line from
 * 0 to `peak`, then half a cosine down to the minimum.
 */
function cosineRate(
  { steps, warmup, minimum }: Extract<RateSchedule, { type: 'cosine' }>,
  peak: number,
  step: number,
): number {
  if (step < warmup) return (peak * step) / warmup;
  const decay = Math.max(1, steps - warmup);
  const done = Math.min(step - warmup, decay) / decay;
  return minimum + (peak - minimum) * 0.5 * (1 + Math.cos(Math.PI * done));
}

/** The state after an epoch that ended with `loss`: Keras' ReduceLROnPlateau. A pure decision. */
export function afterPlateauEpoch(schedule: RateSchedule, state: Plateau, loss: number): Plateau {
  if (schedule.type !== 'plateau') return state;
  const cooling = Math.max(0, state.cooling - 1);
  const waitedBefore = state.cooling > 0 ? 0 : state.waited;
  if (state.best === null || loss < state.best - schedule.minDelta)
    return { ...state, best: loss, waited: 0, cooling };
  if (cooling > 0) return { ...state, waited: waitedBefore, cooling };
  const waited = waitedBefore + 1;
  if (waited < schedule.patience || state.rate <= schedule.minimum) return { ...state, waited, cooling };
  const rate = Math.max(state.rate * schedule.factor, schedule.minimum);
  return { ...state, rate, waited: 0, cooling: schedule.cooldown };
}
