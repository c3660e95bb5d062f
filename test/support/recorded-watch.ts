import type { Stage } from '../../lib/telemetry/metric-list.js';
import type { BatchReport, RunWatch } from '../../services/pipeline/watch.js';

type Listener = keyof RunWatch;
/** What a listener was told, in its order. */
type Told<Name extends Listener> = Parameters<NonNullable<RunWatch[Name]>>;

/** A watch that keeps what it hears. */
export class RecordedWatch {
  readonly watch: RunWatch;
  readonly #told: { readonly name: Listener; readonly given: unknown[] }[] = [];

  /** @param onTold is called after each */
  constructor(onTold: (name: Listener, given: readonly unknown[]) => void = () => {}) {
    const listen =
      (name: Listener) =>
      (...given: unknown[]) => {
        this.#told.push({ name, given });
        onTold(name, given);
      };
    const names: Record<Listener, true> = {
      opened: true,
      phase: true,
      batch: true,
      queue: true,
      waiting: true,
      held: true,
      error: true,
      checkpoint: true,
      model: true,
      scaler: true,
      epoch: true,
      scored: true,
    };
    this.watch = Object.fromEntries(Object.keys(names).map((name) => [name, listen(name as Listener)]));
  }

  all<Name extends Listener>(name: Name): Told<Name>[] {
    return this.#told.filter((told) => told.name === name).map(({ given }) => given as Told<Name>);
  }

  batches(stage: Stage): BatchReport[] {
    return this.all('batch')
      .filter(([of]) => of === stage)
      .map(([, report]) => report);
  }

  sum(stage: Stage, of: 'eventsIn' | 'bytesIn' | 'eventsOut' | 'bytesOut' | 'seconds'): number {
    return this.batches(stage).reduce((total, report) => total + report[of], 0);
  }
}
