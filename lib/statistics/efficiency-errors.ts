import { linearEfficiencyError } from './linear-efficiency.js';
import type { Measured } from './measured.js';
import { accumulateSquares } from './resampled-area.js';
import { type SummedCurve, thresholdProblem } from './resampled-efficiency.js';
import type { Comparison, Comparisons } from './score-comparison.js';

/** Errors of signal efficiencies from curves that others have summed, score after score. */
export class EfficiencyErrors {
  readonly #compared: Comparisons;
  readonly #shares: readonly number[];
  readonly #backgroundSquares: Float64Array;
  readonly #signalSquares: Float64Array;
  readonly #found = new Map<string, readonly Measured[]>();

  /** `compared` weighs every event once; `shares` are the background efficiencies. */
  constructor(compared: Comparisons, shares: readonly number[]) {
    this.#compared = compared;
    this.#shares = shares;
    this.#backgroundSquares = new Float64Array(compared.background.rows);
    this.#signalSquares = new Float64Array(Math.max(0, ...compared.signals.map(({ rows }) => rows)));
  }

  /** Takes the background's curve of a score; returns what takes the signals' curves of it. */
  begin(
    { background: order, signals }: Comparison,
    score: number,
  ): (signal: number, above: SummedCurve, below: SummedCurve) => void {
    const { background, signals: samples } = this.#compared;
    const squares = this.#backgroundSquares;
    accumulateSquares(squares, order.order, 0, background.rows, background.drawn);
    let problems: readonly ({ readonly notDefined: string } | undefined)[] | undefined;
    return (signal, above, below) => {
      problems ??= this.#shares.map((share) => thresholdProblem(background, order, below, share));
      const { order: places, placed } = signals[signal]!;
      const { rows, drawn } = samples[signal]!;
      accumulateSquares(this.#signalSquares, places.order, 0, rows, drawn);
      const kept = { sums: above.sums, count: above.count, squares: this.#signalSquares };
      const from = { sums: below.sums, count: below.count, squares };
      this.#found.set(
        `${score}.${signal}`,
        this.#shares.map(
          (share, k) => problems![k] ?? { value: linearEfficiencyError(kept, from, placed, share) },
        ),
      );
    };
  }

  /** By background efficiency; undefined where there is no curve. */
  errors(signal: number, score: number): readonly Measured[] | undefined {
    return this.#found.get(`${score}.${signal}`);
  }
}
