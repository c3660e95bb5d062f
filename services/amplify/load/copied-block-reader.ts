import { invariant } from '../../../lib/base/error.js';
import { type BranchInfo, type ColumnReader, columnReaderFrom } from '../../../lib/columnar/root/index.js';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { blockEntries } from '../../../lib/flow/ranges.js';
import type { IngestOperator } from '../../ingest/operator.js';
import { type PlannedFile, sourceOfBlock } from '../../kafka/run-state.js';
import { ingestOf } from '../../pipeline/event-pass.js';
import type { OpenedFile } from '../../pipeline/input-plan.js';
import type { EventsBlock } from '../../wire/events.js';
import type { Geometry } from '../geometry.js';
import { geometryRole } from '../layout.js';
import { Mover } from '../mover.js';
import { fillNumbers } from '../wide-numbers.js';
import { firstCopyOf } from './copied-file.js';
import { JoinedColumns } from './joined-columns.js';
import { stretchesOf } from './load-plan.js';

interface OpenParent {
  readonly number: number;
  readonly reader: ColumnReader;
  readonly geometry: readonly Geometry[];
  readonly joined: JoinedColumns;
  /** For the file that was read last; its weights are normalised in a way of its own. */
  ingest: { readonly file: number; readonly operator: IngestOperator } | undefined;
}

/** Parents that are open at a time: partitions of one process are at work on neighbouring blocks. */
const mostOpen = 4;

/** Makes blocks of copied events as ingest would read them from a file that `amplify` wrote. */
export class CopiedBlockReader {
  readonly #loaded: LoadedConfig;
  readonly #parents: readonly OpenedFile[];
  readonly #mover: Mover;
  readonly #numbers = new BigInt64Array(blockEntries);
  readonly #open = new Map<number, Promise<OpenParent>>();

  constructor(loaded: LoadedConfig, parents: readonly OpenedFile[], seed: number) {
    this.#loaded = loaded;
    this.#parents = parents;
    this.#mover = new Mover(seed, blockEntries);
  }

  /**
   * Makes a block and gives it to `take`, which must be done with it when it returns: blocks share buffers.
   * @param block number among the blocks of all files
   * @throws amplify_geometry, and what reading a ROOT file throws
   */
  read<Result>(file: PlannedFile, block: number, take: (block: EventsBlock) => Result): Promise<Result> {
    const firstCopy = firstCopyOf(file.name);
    invariant(firstCopy !== undefined, `${file.name} is no file of copies`);
    const number = file.index % this.#parents.length;
    const open = this.#parent(number);
    // One step from the open parent to what was made of the block: partitions read the same file at the same time.
    const result = open.then((parent) => take(this.#block(parent, file, firstCopy, block)));
    result.catch(() => {
      if (this.#open.get(number) === open) this.#drop(number);
    });
    return result;
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const parent of open) (await parent.catch(() => undefined))?.reader.close();
  }

  #block(open: OpenParent, file: PlannedFile, firstCopy: number, block: number): EventsBlock {
    const source = sourceOfBlock(file, block);
    const { entries } = this.#parents[open.number]!;
    open.joined.clear();
    for (const { copy, first, count } of stretchesOf(firstCopy, entries, source.first, source.entries)) {
      const columns = open.reader.read(first, count);
      if (copy > 0) {
        this.#mover.draw(open.number, copy, first, count);
        for (const [index, geometry] of open.geometry.entries())
          this.#mover.move(columns[index]!, geometry, count);
      }
      open.joined.append(columns, count);
    }
    const events = this.#operator(open, file).process(open.joined.columns(), source.entries);
    fillNumbers(this.#numbers, firstCopy * entries + source.first + 1, source.entries);
    // Copies have numbers of their own and belong to their first ancestor's split.
    const event = this.#numbers.subarray(0, source.entries);
    return { source, medianWeight: file.median_weight, events: { ...events, event } };
  }

  #operator(open: OpenParent, file: PlannedFile): IngestOperator {
    if (open.ingest?.file !== file.index) {
      const parent = this.#parents[open.number]!;
      const context = { ...parent, medianWeight: file.median_weight, sumOfWeights: new Map(file.sums) };
      open.ingest = { file: file.index, operator: ingestOf(this.#loaded, context) };
    }
    return open.ingest.operator;
  }

  #parent(number: number): Promise<OpenParent> {
    let open = this.#open.get(number);
    // The one used longest ago goes.
    if (open !== undefined) this.#open.delete(number);
    else {
      const oldest = this.#open.size >= mostOpen ? this.#open.keys().next().value : undefined;
      if (oldest !== undefined) this.#drop(oldest);
      open = this.#openParent(number);
    }
    this.#open.set(number, open);
    return open;
  }

  /** Closes a parent behind those that are waiting for it. */
  #drop(number: number): void {
    const open = this.#open.get(number);
    this.#open.delete(number);
    void open?.then(({ reader }) => reader.close()).catch(() => {});
  }

  async #openParent(number: number): Promise<OpenParent> {
    const parent = this.#parents[number]!;
    const { tree } = this.#loaded.profile;
    // Which branches are read does not depend on how they are weighed.
    const { branches } = ingestOf(this.#loaded, { ...parent, medianWeight: 0, sumOfWeights: new Map() });
    const geometry = branches.map((branch) => geometryRole(infoOf(parent, branch)));
    const reader = await columnReaderFrom(parent.metadata, tree, branches);
    return { number, reader, geometry, joined: new JoinedColumns(blockEntries), ingest: undefined };
  }
}

/** A branch by its name, or by its last name where it lies in another one. */
function infoOf({ metadata }: OpenedFile, branch: string): BranchInfo {
  const all = metadata.trees.flatMap(({ branches }) => branches);
  const found =
    all.find(({ name }) => name === branch) ?? all.find(({ name }) => name.endsWith(`/${branch}`));
  invariant(found !== undefined, `branch ${branch} of ${metadata.path} is gone`);
  return found;
}
