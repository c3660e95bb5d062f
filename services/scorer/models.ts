import { RmmError } from '../../lib/base/error.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import type { Backend } from '../../lib/learning/backend.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import { modelFromFiles } from '../../lib/learning/model.js';
import { featurizerOf } from '../featurizer/config.js';
import { record, type ServiceContext } from '../kafka/context.js';
import { readFiles } from '../kafka/model-store.js';
import { backendChoice } from '../trainer/config.js';
import { modelName } from '../trainer/publish.js';
import type { LoadedModel } from './model-folder.js';
import { BlockScorer } from './operator.js';

/** A model in work. Calls wait for each other: partitions share it. */
export interface SharedScorer {
  readonly scorer: BlockScorer;
  /** Runs `body` once nobody else uses the scorer. */
  use<Result>(body: (scorer: BlockScorer) => Promise<Result>): Promise<Result>;
}

/** Models kept in work: the newest, and those that partitions which are behind still need. */
const mostModels = 3;

/** A model by its id, from the topic models. @throws model_missing, model_corrupt */
export async function readModel(
  { client, names }: Pick<ServiceContext, 'client' | 'names'>,
  id: string,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const topic = names.topic('models');
  const files = await readFiles(client, topic, modelName(id), signal);
  if (files === undefined)
    throw new RmmError('model_missing', `model ${id} is on record, but not on ${topic}`, {
      context: { model: id },
    });
  return modelFromFiles(files, `model ${id} on ${topic}`);
}

/** The models of this process, and which of them applies where. */
export class Models {
  readonly #context: ServiceContext;
  readonly #open = new Map<string, Promise<SharedScorer>>();
  #backend: Promise<Backend> | undefined;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Waits for the first model. */
  async first(signal: AbortSignal): Promise<void> {
    await this.#context.view.until((state) => (state.models.length > 0 ? true : undefined), signal);
  }

  /**
   * The model that applies to an offset of a partition. Where a newer one has come, it applies from here on: that
   * is put on record, and read back, before its first use (decisions.md 15).
   */
  async at(offset: number, tenure: Tenure): Promise<SharedScorer> {
    const { view } = this.#context;
    const { partition, signal } = tenure;
    const newest = view.state.models.at(-1)!;
    const last = view.state.modelsOf(partition).at(-1);
    const isNew = last === undefined || (last.model !== newest.id && offset >= last.offset);
    if (isNew) {
      // The first model applies from the very beginning of the partition.
      const from = last === undefined ? 0 : offset;
      await record(this.#context, tenure, [{ type: 'applies', model: newest.id, partition, offset: from }]);
      await view.catchUp(signal);
    }
    const applies = view.state.modelsOf(partition).filter((entry) => entry.offset <= offset);
    return this.#scorer(applies.at(-1)!.model, signal);
  }

  #scorer(id: string, signal: AbortSignal): Promise<SharedScorer> {
    let found = this.#open.get(id);
    if (found === undefined) {
      found = this.#load(id, signal);
      found.catch(() => this.#open.delete(id));
      const oldest = this.#open.size >= mostModels ? this.#open.keys().next().value : undefined;
      if (oldest !== undefined) this.#open.delete(oldest);
    } else this.#open.delete(id);
    this.#open.set(id, found);
    return found;
  }

  async #load(id: string, signal: AbortSignal): Promise<SharedScorer> {
    const { config } = this.#context.loaded;
    const { learning } = config;
    this.#backend ??= findBackend(backendChoice(config), backendCandidates(learning.threads)).then(
      ({ backend }) => backend,
    );
    const scorer = await BlockScorer.create(await readModel(this.#context, id, signal), await this.#backend, {
      batch: learning.score_batch_events,
      threads: learning.threads,
      maskWords: featurizerOf(config).layout.maskWords,
    });
    let last: Promise<unknown> = Promise.resolve();
    return {
      scorer,
      use(body) {
        const turn = last.then(() => body(scorer));
        last = turn.catch(() => undefined);
        return turn;
      },
    };
  }
}
