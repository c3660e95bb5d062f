import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { type ColumnReader, columnReaderFrom } from '../../lib/columnar/root/index.js';
import { pathMatcher } from '../../lib/config/glob-pattern.js';
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

interface Held {
  readonly file: Promise<OpenFile>;
  readonly path: string;
  /** How it looked right before it was opened. */
  readonly look: FileLook | undefined;
}

interface FileLook {
  readonly inode: number;
  readonly bytes: number;
  readonly changedMs: number;
}

/** Files that are open at a time: partitions of one process are at work on neighbouring blocks. */
const mostOpen = 4;

/** Reads blocks of planned files; readers are kept open, so that neighbouring blocks share decompressed baskets. */
export class BlockReader {
  readonly #loaded: LoadedConfig;
  readonly #signal: AbortSignal;
  readonly #open = new Map<number, Held>();

  constructor(loaded: LoadedConfig, signal: AbortSignal) {
    this.#loaded = loaded;
    this.#signal = signal;
  }

  /**
   * Reads a block and gives it to `take`, which must be done with it when it returns: blocks of a file share buffers.
   * @param block number among the blocks of all files
   * @param take is also told how many bytes of the file were read for the block
   * @throws run_changed where the file is no longer the one that was planned, or none of the configuration; what opening
   * and reading throw
   */
  read<Result>(
    file: PlannedFile,
    block: number,
    take: (block: EventsBlock, bytes: number) => Result & NotAPromise<Result>,
  ): Promise<Result> {
    const held = this.#file(file);
    // One step from the open file to what was made of the block: partitions read the same file at the same time.
    const result = held.file.then(({ operator, reader, context }) => {
      const source = sourceOfBlock(file, block);
      const { first, entries } = source;
      const before = reader.bytesRead;
      const events = operator.process(reader.read(first, entries), entries);
      return take({ source, medianWeight: context.medianWeight, events }, reader.bytesRead - before);
    });
    // It may be put right before the next try, which a file that stays open would not see.
    result.catch(() => {
      if (this.#open.get(file.index) === held) this.#drop(file.index);
    });
    return result;
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { file } of open) (await file.catch(() => undefined))?.reader.close();
  }

  #file(file: PlannedFile): Held {
    let held = this.#open.get(file.index);
    if (held !== undefined && isWrittenOver(held)) {
      this.#drop(file.index);
      held = undefined;
    }
    if (held === undefined) {
      // The one used longest ago goes.
      const oldest = this.#open.size >= mostOpen ? this.#open.keys().next().value : undefined;
      if (oldest !== undefined) this.#drop(oldest);
      const { folder } = this.#loaded;
      const path = isAbsolute(file.name) ? file.name : join(folder, file.name);
      held = { path, look: look(path), file: this.#openFile(file, path) };
    } else this.#open.delete(file.index);
    this.#open.set(file.index, held);
    return held;
  }

  /** Closes a file behind those that are waiting for it. */
  #drop(index: number): void {
    const held = this.#open.get(index);
    this.#open.delete(index);
    void held?.file.then(({ reader }) => reader.close()).catch(() => {});
  }

  async #openFile(file: PlannedFile, path: string): Promise<OpenFile> {
    const { config, profile } = this.#loaded;
    // Its name came over a topic, and could be that of any file of this machine.
    if (!isConfigured(config, file))
      throw new RmmError(
        'run_changed',
        `${file.name} is planned as a file of the sample ${file.sample}, which no pattern of input.samples here gives it: it is not opened; start with the configuration that the run was planned with`,
        { context: { file: file.name } },
      );
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

/** Whether a pattern of the sample gives this name. */
function isConfigured({ input }: LoadedConfig['config'], { sample, name }: PlannedFile): boolean {
  return input.samples.some(
    (one) =>
      one.name === sample && one.files.some((pattern) => pattern === name || pathMatcher(pattern)(name)),
  );
}

/** Whether the very file that is open was changed: one that was moved away, or replaced by another, is still itself. */
function isWrittenOver({ path, look: before }: Held): boolean {
  const now = look(path);
  if (now === undefined || before === undefined || now.inode !== before.inode) return false;
  return now.bytes !== before.bytes || now.changedMs !== before.changedMs;
}

function look(path: string): FileLook | undefined {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return { inode: ino, bytes: size, changedMs: mtimeMs };
  } catch {
    return undefined;
  }
}
