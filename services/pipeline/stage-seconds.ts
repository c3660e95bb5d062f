/** Dealt out: where the time of a range went, in seconds of each stage. */
export class StageSeconds<Stage extends string> {
  readonly #steadyMs: () => number;
  readonly #spent = new Map<Stage, number>();
  #lastMs = 0;

  /** @param steadyMs a clock that never goes back */
  constructor(steadyMs: () => number) {
    this.#steadyMs = steadyMs;
  }

  /** Begins anew, from now on. */
  restart(): void {
    this.#spent.clear();
    this.#lastMs = this.#steadyMs();
  }

  /** What has passed since the last call was this stage's. */
  lap(stage: Stage): void {
    const nowMs = this.#steadyMs();
    this.#spent.set(stage, this.of(stage) + (nowMs - this.#lastMs) / 1000);
    this.#lastMs = nowMs;
  }

  of(stage: Stage): number {
    return this.#spent.get(stage) ?? 0;
  }
}
