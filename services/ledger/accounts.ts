import { invariant } from '../../lib/base/error.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import { firstDeadLetter, reason } from '../../lib/physics/selection/index.js';
import { type LateFate, lateFate } from '../dead-letters/settled.js';
import { entryKey } from '../dead-letters/subject.js';
import type { SelectedRecord } from '../featurizer/block-record.js';
import type { PlannedFile } from '../kafka/run-state.js';
import { type DataTopic, dataTopics } from '../kafka/topics.js';
import { EntrySet } from './entry-set.js';
import { EntrySums, grown } from './entry-sums.js';
import type { BlockFacts, LateFacts } from './verdict.js';

/**
 * How a message stands: `passed` by the stage that reads it, `waiting` for it, or `dead`, one that the stage has made
 * a dead letter of.
 */
export const messageStates = ['passed', 'waiting', 'dead'] as const;
export type MessageState = (typeof messageStates)[number];

/** Rows that are compared: those on features and scaled, those that the scorer has not come to, those of score files. */
export type RowsOf = 'features' | 'scaled' | 'pending' | 'scores';

/** An entry that came again from the dead letters: how often its message was seen, by topic and state. */
interface LateEntry {
  readonly file: PlannedFile;
  readonly entry: number;
  readonly seen: Record<MessageState, number>;
  readonly fates: Record<LateFate, number>;
}

/**
 * What was seen of every block of the plan, in about 70 bytes a block; entries that are dead letters, and those that
 * came again, are kept by themselves. The order in which things are seen does not matter.
 */
export class Accounts {
  readonly files: PlannedFile[] = [];
  readonly #seen = dataTopics.map(() => ({
    passed: new Uint8Array(0),
    waiting: new Uint8Array(0),
    dead: new Uint8Array(0),
    redriven: new Uint8Array(0),
  }));
  #selected = new Uint16Array(0);
  #cut = new Uint16Array(0);
  #dead = new Uint16Array(0);
  readonly #sums: Record<RowsOf, EntrySums> = {
    features: new EntrySums(),
    scaled: new EntrySums(),
    pending: new EntrySums(),
    scores: new EntrySums(),
  };
  readonly #deadEntries = new Map<number, EntrySet>();
  readonly #late = new Map<string, LateEntry>();
  readonly #lateRows: number[] = [];
  /** Blocks that their input files did not give: dead letters of ingest. */
  readonly #unreadable = new Set<number>();

  /** Adds a file of the plan, in the plan's order. */
  plan(file: PlannedFile): void {
    invariant(file.index === this.files.length, `file ${file.index} of the plan is not the next one`);
    this.files.push(file);
    this.#lateRows.push(0);
    const blocks = file.firstBlock + file.blocks;
    for (const counts of this.#seen)
      for (const state of [...messageStates, 'redriven'] as const)
        counts[state] = grown(counts[state], blocks);
    this.#selected = grown(this.#selected, blocks);
    this.#cut = grown(this.#cut, blocks);
    this.#dead = grown(this.#dead, blocks);
    for (const sums of Object.values(this.#sums)) sums.grow(blocks);
  }

  /**
   * A message of a whole block.
   * @param record what its header says became of the entries, from selected on
   * @param isRedriven it was sent again from the dead letters, to this topic
   */
  message(
    topic: DataTopic,
    state: MessageState,
    block: number,
    record?: SelectedRecord,
    isRedriven = false,
  ): void {
    const counts = this.#seen[dataTopics.indexOf(topic)]!;
    count(counts[state], block);
    if (isRedriven) count(counts.redriven, block);
    if (record === undefined || state === 'dead') return;
    const { raw } = record.flow;
    this.#selected[block] = raw[reason.selected]!;
    this.#cut[block] = total(raw, reason.selected + 1, firstDeadLetter);
    this.#dead[block] = total(raw, firstDeadLetter, raw.length);
  }

  /** A message of one entry that came again from the dead letters. @param record on the last topic only */
  lateMessage(file: PlannedFile, entry: number, state: MessageState, record?: SelectedRecord): void {
    const key = entryKey(file.fingerprint, entry);
    let late = this.#late.get(key);
    if (late === undefined) {
      late = {
        file,
        entry,
        seen: { passed: 0, waiting: 0, dead: 0 },
        fates: { selected: 0, cut: 0, dead: 0 },
      };
      this.#late.set(key, late);
    }
    late.seen[state] += 1;
    if (record !== undefined && state !== 'dead') late.fates[lateFate(record)] += 1;
  }

  /** A dead letter about an entry; again is the same. */
  letter(file: PlannedFile, entry: number): void {
    const block = blockOf(file, entry);
    let places = this.#deadEntries.get(block);
    if (places === undefined) {
      places = new EntrySet();
      this.#deadEntries.set(block, places);
    }
    places.add(entry % blockEntries);
  }

  /** A dead letter about a block that no message could be made of. */
  unreadable(file: PlannedFile, first: number): void {
    this.#unreadable.add(blockOf(file, first));
  }

  /** Rows [from, to) of a column of entries of one file; how many of them are no entries of the file. */
  rows(of: RowsOf, file: PlannedFile, entries: BigInt64Array, from: number, to: number): number {
    return this.#sums[of].add(file, entries, from, to);
  }

  /** Rows of score files that are marked late. */
  addLateRows(file: PlannedFile, rows: number): void {
    this.#lateRows[file.index]! += rows;
  }

  lateRows(file: PlannedFile): number {
    return this.#lateRows[file.index]!;
  }

  /** Entries that came again, by block. */
  lateByBlock(): Map<number, LateFacts[]> {
    const found = new Map<number, LateFacts[]>();
    for (const { file, entry, seen, fates } of this.#late.values()) {
      const block = blockOf(file, entry);
      const isDead = this.#deadEntries.get(block)?.has(entry % blockEntries) ?? false;
      const facts: LateFacts = {
        entry,
        isDead,
        isWaiting: seen.waiting > 0,
        wasDead: seen.dead > 0,
        ...fates,
      };
      found.set(block, [...(found.get(block) ?? []), facts]);
    }
    return found;
  }

  /** What is known of a block, but for its late entries and how far ingest is. */
  block(file: PlannedFile, number: number): Omit<BlockFacts, 'late' | 'isRead' | 'last' | 'isCut'> {
    const block = file.firstBlock + number;
    const first = number * blockEntries;
    const of = (state: MessageState | 'redriven') => this.#seen.map((counts) => counts[state][block]!);
    return {
      entries: Math.min(blockEntries, file.entries - first),
      passed: of('passed'),
      waiting: of('waiting'),
      dead: of('dead'),
      redriven: of('redriven'),
      isUnreadable: this.#unreadable.has(block),
      flow: { selected: this.#selected[block]!, cut: this.#cut[block]!, dead: this.#dead[block]! },
      deadEntries: this.#deadEntries.get(block)?.size ?? 0,
      features: this.#sums.features.of(block),
      scaled: this.#sums.scaled.of(block),
      pending: this.#sums.pending.of(block),
      scores: this.#sums.scores.of(block),
    };
  }
}

function count(counts: Uint8Array, block: number): void {
  // More than 255 times is as wrong as that.
  counts[block] = Math.min(255, counts[block]! + 1);
}

function blockOf(file: PlannedFile, entry: number): number {
  return file.firstBlock + Math.floor(entry / blockEntries);
}

function total(raw: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let code = from; code < to; code += 1) sum += raw[code]!;
  return sum;
}
