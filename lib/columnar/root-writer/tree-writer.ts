import { basename } from 'node:path';
import { inflateSync } from 'node:zlib';
import { AtomicFile } from '../../base/atomic-file.js';
import { invariant } from '../../base/error.js';
import { basketKey, basketKeyLength } from './basket.js';
import { BranchBuffer, type TakenBasket } from './branch-buffer.js';
import { checkBasket, checkBranches, checkCounts } from './checks.js';
import type { BranchSpec, WriterColumn } from './column-types.js';
import { type Compression, compressionSetting, compressPayload } from './compress.js';
import {
  datime,
  type FileFacts,
  type FilePlan,
  fileHeader,
  firstRecord,
  freeList,
  keyLength,
  keyList,
  noPlan,
  type RecordKey,
  record,
  rootDirectory,
} from './file-records.js';
import { streamerInfoBase64 } from './streamer-info.js';
import { treeObject } from './tree-object.js';

export interface TreeWriterOptions {
  readonly path: string;
  readonly tree: string;
  readonly branches: readonly BranchSpec[];
  /** Default zlib at level 1, as ROOT. */
  readonly compression?: Compression;
  /** Entries of one basket of every branch: what is held in memory. Default 8192. */
  readonly clusterEntries?: number;
  /** 16 bytes that name the file, and its date: arguments, so that equal input gives equal bytes. */
  readonly uuid: Uint8Array;
  readonly date: Date;
}

/** What fBasketSize says; the true sizes are in the baskets. */
const basketBytes = 32000;

interface BranchState {
  readonly buffer: BranchBuffer;
  readonly spec: BranchSpec;
  readonly basketBytes: number[];
  readonly basketFirstEntry: number[];
  readonly basketSeek: number[];
  totalBytes: number;
  storedBytes: number;
  spare: Buffer<ArrayBuffer> | undefined;
}

/**
 * Writes one TTree to a new ROOT file, batch by batch. Every `clusterEntries` entries the basket of each branch is
 * compressed on Node's threads and written while the next ones fill, so memory is that of two clusters. The file
 * appears under its name only when `close` has finished.
 */
export class RootTreeWriter {
  private readonly branches: readonly BranchState[];
  private readonly compression: Compression;
  private readonly clusterEntries: number;
  private readonly facts: FileFacts;
  private readonly sink: AtomicFile;
  private readonly info: { readonly seek: number; readonly bytes: number };
  private entries = 0;
  private inCluster = 0;
  private flushing: Promise<void> = Promise.resolve();

  /**
   * Creates the temporary file.
   * @throws root_writer_branches, output_unwritable, io_failed
   */
  constructor(private readonly options: TreeWriterOptions) {
    checkBranches(options.branches);
    invariant(options.uuid.length === 16, 'a UUID has 16 bytes');
    this.compression = options.compression ?? { type: 'zlib', level: 1 };
    this.clusterEntries = options.clusterEntries ?? 8192;
    invariant(this.clusterEntries > 0, 'a cluster holds at least one entry');
    this.branches = options.branches.map((spec) => ({
      spec,
      buffer: new BranchBuffer(spec, options.tree, this.clusterEntries),
      basketBytes: [],
      basketFirstEntry: [],
      basketSeek: [],
      totalBytes: 0,
      storedBytes: 0,
      spare: undefined,
    }));
    this.facts = {
      fileName: basename(options.path),
      datime: datime(options.date),
      uuid: options.uuid,
      compression: compressionSetting(this.compression),
    };
    this.sink = new AtomicFile(options.path);
    // The header is empty until `close`, so a reader never takes a half-written file for a whole one.
    this.sink.write(Buffer.alloc(firstRecord));
    this.sink.write(rootDirectory(this.facts, noPlan));
    const key = { className: 'TList', name: 'StreamerInfo', title: 'Doubly linked list', cycle: 1 };
    const streamerInfo = inflateSync(Buffer.from(streamerInfoBase64, 'base64'));
    const seek = this.sink.position;
    // Its references count from the start of a 64-byte key, so this record needs the short form of key.
    this.sink.write(
      record({ ...key, seek, parent: firstRecord, datime: this.facts.datime }, streamerInfo, true),
    );
    this.info = { seek, bytes: this.sink.position - seek };
  }

  /**
   * Adds entries [first, first + count) of the columns, one for each branch in the order of the branches.
   * The columns may be reused as soon as this resolves.
   * @throws root_writer_count, disk_full, io_failed
   */
  async append(columns: readonly WriterColumn[], first: number, count: number): Promise<void> {
    invariant(
      columns.length === this.branches.length,
      `${columns.length} columns for ${this.branches.length} branches`,
    );
    checkCounts(
      this.options.path,
      this.options.branches,
      columns,
      first,
      count,
      this.entries + this.inCluster,
    );
    let done = 0;
    while (done < count) {
      const take = Math.min(count - done, this.clusterEntries - this.inCluster);
      for (const [index, branch] of this.branches.entries()) {
        branch.buffer.append(columns[index]!, first + done, take);
      }
      this.inCluster += take;
      done += take;
      if (this.inCluster === this.clusterEntries) await this.flush();
    }
  }

  /** Starts to compress and write the full baskets, once those before them are on disk. */
  private async flush(): Promise<void> {
    await this.flushing;
    const firstEntry = this.entries;
    const taken = this.branches.map((branch) => {
      const basket = branch.buffer.take(branch.spare);
      branch.spare = undefined;
      return basket;
    });
    this.entries += this.inCluster;
    this.inCluster = 0;
    this.flushing = this.writeCluster(taken, firstEntry);
    // A failure surfaces at the next flush or at close; until then it must not count as unhandled.
    this.flushing.catch(() => undefined);
  }

  private async writeCluster(taken: readonly TakenBasket[], firstEntry: number): Promise<void> {
    const packed = taken.map((basket) => compressPayload(basket.payload, this.compression));
    for (const [index, branch] of this.branches.entries()) {
      this.writeBasket(branch, taken[index]!, await packed[index]!, firstEntry);
      branch.spare = taken[index]!.memory;
    }
  }

  private writeBasket(branch: BranchState, basket: TakenBasket, stored: Buffer, firstEntry: number): void {
    const { tree } = this.options;
    const keyBytes = basketKeyLength(branch.spec.name, tree);
    const plainBytes = basket.payload.length;
    checkBasket(this.options.path, branch.spec.name, plainBytes);
    const key = basketKey(
      {
        branch: branch.spec.name,
        tree,
        seek: this.sink.position,
        parent: firstRecord,
        datime: this.facts.datime,
        entries: basket.entries,
        dataBytes: basket.dataBytes,
        plainBytes,
        bufferStep: branch.buffer.jagged ? basket.entries + 1 : branch.buffer.width * branch.buffer.length,
        basketBytes,
      },
      stored.length,
    );
    branch.basketSeek.push(this.sink.position);
    branch.basketFirstEntry.push(firstEntry);
    branch.basketBytes.push(keyBytes + stored.length);
    branch.totalBytes += keyBytes + plainBytes;
    branch.storedBytes += keyBytes + stored.length;
    this.sink.write(key);
    this.sink.write(stored);
  }

  /**
   * Writes what is left, the tree, the lists and the header; then gives the file its name.
   * @throws disk_full, io_failed
   */
  async close(): Promise<{ readonly entries: number; readonly bytes: number }> {
    if (this.inCluster > 0) await this.flush();
    await this.flushing;
    const { facts, sink, info } = this;
    const treeKey = this.writeTree();
    const keysSeek = sink.position;
    sink.write(keyList(facts, keysSeek, [treeKey]));
    const freeSeek = sink.position;
    sink.write(freeList(facts, freeSeek));
    const end = sink.position;
    const plan: FilePlan = {
      end,
      freeSeek,
      freeBytes: end - freeSeek,
      infoSeek: info.seek,
      infoBytes: info.bytes,
      keysSeek,
      keysBytes: freeSeek - keysSeek,
    };
    sink.position = 0;
    sink.write(fileHeader(facts, plan));
    sink.write(rootDirectory(facts, plan));
    sink.finish();
    return { entries: this.entries, bytes: end };
  }

  /** Gives up: removes what was written. For the path on which `append` or `close` failed. */
  async abort(): Promise<void> {
    await this.flushing.catch(() => undefined);
    this.sink.abort();
  }

  private writeTree(): RecordKey {
    const counters = new Map<string, number>();
    for (const { spec, buffer } of this.branches) {
      if (spec.form === 'counted') {
        counters.set(spec.counter, Math.max(counters.get(spec.counter) ?? 0, buffer.longest));
      }
    }
    const base = { className: 'TTree', name: this.options.tree, title: this.options.tree, cycle: 1 };
    const object = treeObject(
      {
        name: base.name,
        title: base.title,
        entries: this.entries,
        clusterEntries: this.clusterEntries,
        compression: this.facts.compression,
        basketBytes,
        branches: this.branches.map((b) => ({ ...b, countMaximum: counters.get(b.spec.name) })),
      },
      keyLength(base, false),
    );
    const key = { ...base, seek: this.sink.position, parent: firstRecord, datime: this.facts.datime };
    this.sink.write(record(key, object));
    return { ...key, objectBytes: object.length, storedBytes: object.length };
  }
}
