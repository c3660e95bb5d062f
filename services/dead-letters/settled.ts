import { type BlockSource, blockKey } from '../../lib/flow/block-source.js';
import { firstDeadLetter, reason } from '../../lib/physics/selection/index.js';
import type { SelectedRecord } from '../featurizer/block-record.js';
import type { LetterSubject } from './subject.js';

/** What became of one entry that came again from the dead letters. */
export type LateFate = 'selected' | 'cut' | 'dead';

/** @param record of a block of one entry that was counted before: its flow takes it from where it was */
export function lateFate({ rows, flow }: Pick<SelectedRecord, 'rows' | 'flow'>): LateFate {
  if (rows > 0) return 'selected';
  for (let code = reason.selected; code < firstDeadLetter; code += 1) if (flow.raw[code]! > 0) return 'cut';
  return 'dead';
}

/** What has come through to the scores, so that no dead letter about it is open any more. */
export class Settled {
  readonly #blocks = new Set<string>();
  readonly #entries = new Set<string>();

  /** @param blocks those of the score files */
  constructor(blocks: Iterable<{ readonly source: BlockSource; readonly record: SelectedRecord }> = []) {
    for (const { source, record } of blocks) {
      if (source.late?.countedAs === undefined) this.#blocks.add(blockKey(source));
      else if (lateFate(record) !== 'dead') this.#entries.add(blockKey(source));
    }
  }

  has({ kind, key }: Pick<LetterSubject, 'kind' | 'key'>): boolean {
    return kind === 'entry' ? this.#entries.has(key) : kind === 'block' && this.#blocks.has(key);
  }
}
