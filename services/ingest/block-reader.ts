import { isAbsolute, join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { type ColumnReader, columnReaderFrom } from '../../lib/columnar/root/index.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import { type PlannedFile, sourceOfBlock } from '../kafka/run-state.js';
import { ingestOf } from '../pipeline/event-pass.js';
import type { FileContext } from '../pipeline/file-context.js';
import { openInput } from '../pipeline/input-plan.js';
import type { EventsBlock } from '../wire/events.js';
import type { IngestOperator } from './operator.js';

/** What is taken of a block later would be of another block. */
type NotAPromise<Result> = Result extends PromiseLike<unknown> ? never : unknown;

interface OpenFile {
  readonly operator: IngestOperator;
  readonly reader: ColumnReader;
  readonly context: FileContext;
}

/** Files that are open at a time: partitions of one process are at work on neighbouring blocks. */
const mostOpen = 4;

/** Reads blocks of planned files; readers are kept open, so that neighbouring blocks share decompressed baskets. */
export class BlockReader {
  readonly #loaded: LoadedConfig;
  readonly #signal: AbortSignal;
  readonly #open = new Map<number, Promise<OpenFile>>();

  constructor(loaded: LoadedConfig, signal: AbortSignal) {
    this.#loaded = loaded;
    this.#signal = signal;
  }

  /**
   * Reads a block and gives it to `take`, which must be done with it when it returns: blocks of a file share buffers.
   * @param block number among the blocks of all files
   * @throws run_changed where the file is no longer the one that was planned; what opening and reading throw
   */
  read<Result>(
    file: PlannedFile,
    block: number,
    take: (block: EventsBlock) => Result & NotAPromise<Result>,
  ): Promise<Result> {
    // One step from the open file to what was made of the block: partitions read the same file at the same time.
    return this.#file(file).then(({ operator, reader, context }) => {
      const source = sourceOfBlock(file, block);
      const { first, entries } = source;
      return take({
        source,
        medianWeight: context.medianWeight,
        events: operator.process(reader.read(first, entries), entries),
      });
    });
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const file of open) (await file.catch(() => undefined))?.reader.close();
  }

  #file(file: PlannedFile): Promise<OpenFile> {
    let found = this.#open.get(file.index);
    if (found === undefined) {
      // The one used longest ago goes.
      const oldest = this.#open.size >= mostOpen ? this.#open.keys().next().value : undefined;
      if (oldest !== undefined) this.#drop(oldest);
      found = this.#openFile(file);
      const opening = found;
      opening.catch(() => {
        if (this.#open.get(file.index) === opening) this.#open.delete(file.index);
      });
    } else this.#open.delete(file.index);
    this.#open.set(file.index, found);
    return found;
  }

  /** Closes a file behind those that are waiting for it. */
  #drop(index: number): void {
    const file = this.#open.get(index);
    this.#open.delete(index);
    void file?.then(({ reader }) => reader.close()).catch(() => {});
  }

  async #openFile(file: PlannedFile): Promise<OpenFile> {
    const { config, profile, folder } = this.#loaded;
    const path = isAbsolute(file.name) ? file.name : join(folder, file.name);
    const sample = { name: file.sample, kind: file.kind, files: [] };
    const opened = await openInput(
      sample,
      { name: file.name, path },
      {
        config,
        profile,
        verify: config.input.verify_inputs,
        signal: this.#signal,
        onFile: () => undefined,
      },
    );
    if (opened.fingerprint !== file.fingerprint) {
      throw new RmmError(
        'run_changed',
        `${file.name} (sample ${file.sample}) is no longer the file that was planned: its fingerprint is ${opened.fingerprint.slice(0, 12)}, planned was ${file.fingerprint.slice(0, 12)}`,
        { context: { file: file.name } },
      );
    }
    const context: FileContext = {
      ...opened,
      entries: file.entries,
      medianWeight: file.median_weight,
      sumOfWeights: new Map(file.sums),
    };
    const operator = ingestOf({ config, profile }, context);
    const reader = await columnReaderFrom(opened.metadata, profile.tree, operator.branches);
    return { operator, reader, context };
  }
}
