import { RmmError } from '../../lib/base/error.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import type { Backend } from '../../lib/learning/backend.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import { modelFromFiles } from '../../lib/learning/model.js';
import { record, type ServiceContext } from '../kafka/context.js';
import { readFiles } from '../kafka/model-store.js';
import { backendChoice } from '../trainer/config.js';
import { modelName } from '../trainer/publish.js';
import type { LoadedModel } from './model-folder.js';
import { BlockScorer } from './operator.js';

/** Models kept in work: the newest, and those that partitions which are behind still need. */
const mostModels = 3;

/**
 * A model by its id, from the topic models.
 * @param from offset at which its files begin, where that is known
 * @throws model_missing, model_corrupt
 */
export async function readModel(
  { client, names }: Pick<ServiceContext, 'client' | 'names'>,
  id: string,
  signal: AbortSignal,
  from?: number,
): Promise<LoadedModel> {
  const topic = names.topic('models');
  const files = await readFiles(client, topic, modelName(id), signal, from);
  if (files === undefined)
    throw new RmmError('model_missing', `model ${id} is on record, but not on ${topic}`, {
      context: { model: id },
    });
  return modelFromFiles(files, `model ${id} on ${topic}`);
}

interface Opened {
  readonly scorer: Promise<BlockScorer>;
  /** Partitions that are at work with it, or wait for it. */
  holders: number;
  /** Ends when the last call that has begun does: calls must not overlap. */
  last: Promise<unknown>;
}

/** The models of this process, and which of them applies where. */
export class Models {
  readonly #context: ServiceContext;
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, Opened>();
  #backend: Promise<Backend> | undefined;

  /** @param signal of the whole part: partitions share what is loaded, so the end of one must not stop it */
  constructor(context: ServiceContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
  }

  /** Waits for the first model, and for what earlier owners of a partition have put on record. */
  async first(signal: AbortSignal): Promise<void> {
    const { view } = this.#context;
    await view.catchUp(signal);
    await view.until((state) => (state.models.length > 0 ? true : undefined), signal);
  }

  /**
   * Runs `body` with the model that applies to an offset of a partition, once nobody else uses it.
   * @param waited is told how long that took
   */
  async use<Result>(
    offset: number,
    tenure: Tenure,
    body: (scorer: BlockScorer) => Promise<Result>,
    waited: (ms: number) => void = () => {},
  ): Promise<Result> {
    const { clock } = this.#context.tools;
    const askedMs = clock.steadyMs();
    const opened = this.#opened(await this.#at(offset, tenure));
    opened.holders += 1;
    try {
      const scorer = await opened.scorer;
      const turn = opened.last.then(() => {
        waited(clock.steadyMs() - askedMs);
        return body(scorer);
      });
      opened.last = turn.catch(() => undefined);
      return await turn;
    } finally {
      opened.holders -= 1;
      this.#letGo(mostModels);
    }
  }

  /** Lets go of every model that nobody uses. */
  close(): void {
    this.#letGo(0);
  }

  /**
   * The model that applies to an offset. Where a newer one has come, it applies from here on: that is put on record,
   * and read back, before its first use (decisions.md 15). What files may hold already keeps its model.
   */
  async #at(offset: number, tenure: Tenure): Promise<string> {
    const { view } = this.#context;
    const { partition, signal } = tenure;
    const { state } = view;
    const last = () => state.modelsOf(partition).at(-1);
    const newest = state.models.at(-1)!.id;
    const before = last();
    if (before === undefined) await this.#apply(newest, 0, tenure);
    else if (newest !== before.model && offset >= Math.max(before.offset, state.scoringTo(partition)))
      await this.#apply(newest, offset, tenure);
    signal.throwIfAborted();
    const found = state.modelsOf(partition).filter((entry) => entry.offset <= offset);
    return found.at(-1)!.model;
  }

  async #apply(model: string, offset: number, tenure: Tenure): Promise<void> {
    const { partition, signal } = tenure;
    await record(this.#context, tenure, [{ type: 'applies', model, partition, offset }]);
    await this.#context.view.catchUp(signal);
  }

  #opened(id: string): Opened {
    const found = this.#open.get(id) ?? { scorer: this.#load(id), holders: 0, last: Promise.resolve() };
    // The one used last stands last.
    this.#open.delete(id);
    this.#open.set(id, found);
    found.scorer.catch(() => {
      if (this.#open.get(id) === found) this.#open.delete(id);
    });
    return found;
  }

  #letGo(most: number): void {
    for (const [id, { scorer, holders }] of this.#open) {
      if (this.#open.size <= most) return;
      if (holders > 0) continue;
      this.#open.delete(id);
      void scorer.then((done) => done.release()).catch(() => {});
    }
  }

  async #load(id: string): Promise<BlockScorer> {
    const { config } = this.#context.loaded;
    const { learning } = config;
    this.#backend ??= findBackend(
      backendChoice(config),
      backendCandidates(learning.threads, learning.device),
    ).then(({ backend }) => backend);
    const known = this.#context.view.state.models.find((model) => model.id === id);
    const model = await readModel(this.#context, id, this.#signal, known?.from);
    return BlockScorer.create(model, await this.#backend, config, learning.threads);
  }
}
