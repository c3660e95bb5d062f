import { sleep } from '../../lib/flow/backoff.js';
import { type PartitionWatch, watchPartition } from '../../lib/flow/stall-watch.js';
import type { ServiceContext } from '../kafka/context.js';

const stallLookMs = 2_000;
/** All that is trained on is one partition. */
const partition = 0;
const faultKey = 'stall:training';

/**
 * How far the training of a bounded run is, told as a run in one process tells it: blocks of `scaled` while they are
 * collected, then rows of all epochs. Else a training that hangs would look like one that has nothing to do.
 */
export class TrainingPlace {
  readonly #tools: ServiceContext['tools'];
  readonly #timeoutMs: number;
  #position = 0;
  #end = 0;
  #watch: PartitionWatch | undefined;

  constructor({ tools, loaded }: Pick<ServiceContext, 'tools' | 'loaded'>) {
    this.#tools = tools;
    this.#timeoutMs = loaded.config.engine.stall_timeout_ms;
    tools.stage.assigned([partition]);
  }

  /** It is here from now on, of so many. */
  at(position: number, end: number): void {
    this.#position = position;
    this.#end = end;
    this.#tools.stage.progress(partition, { position, end });
    this.#look({ position, end });
  }

  advance(by: number): void {
    this.at(Math.min(this.#position + by, this.#end), this.#end);
  }

  /** Looks for a stall every few seconds until `signal` is aborted. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock } = this.#tools;
    while (!signal.aborted) {
      // Time counts too: a training that hangs tells nothing.
      if (this.#watch !== undefined) this.#look(this.#watch);
      this.#report();
      await sleep(stallLookMs, signal, clock).catch(() => {});
    }
    this.#watch = undefined;
    this.#report();
  }

  #look(seen: { readonly position: number; readonly end: number }): void {
    this.#watch = watchPartition(this.#watch, seen, this.#tools.clock.steadyMs(), this.#timeoutMs);
  }

  #report(): void {
    const { health, stage, clock } = this.#tools;
    const isStalled = this.#watch?.stalled === true;
    stage.stalled(isStalled ? 1 : 0);
    if (isStalled) {
      const nowMs = clock.steadyMs();
      const seconds = Math.floor((nowMs - (this.#watch?.stillSinceMs ?? nowMs)) / 1000);
      health.fault(faultKey, `the training makes no progress for ${seconds} s`);
    } else health.clear(faultKey);
  }
}
