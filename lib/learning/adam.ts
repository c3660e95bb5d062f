/** Keras' defaults (keras.optimizers.Adam, 3.15). */
export const adamBeta1 = 0.9;
export const adamBeta2 = 0.999;
/** Added to sqrt(v) without bias correction, as Keras does; tfjs and the paper put it elsewhere. */
export const adamEpsilon = 1e-7;

/**
 * The learning rate with both bias corrections, lr sqrt(1 - beta2^t) / (1 - beta1^t), rounded to float32
 * after every operation as Keras computes it: 1 - 0.999f is 1.3e-5 away from 0.001.
 * @param step number of the step, the first being 1
 */
export function adamRate(learningRate: number, step: number): number {
  const f = Math.fround;
  const first = f(f(adamBeta1) ** step);
  const second = f(f(adamBeta2) ** step);
  return f(f(f(learningRate) * f(Math.sqrt(f(1 - second)))) / f(1 - first));
}
