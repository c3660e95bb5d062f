import type { BlockSource } from '../../lib/flow/block-source.js';
import {
  CutFlow,
  reasonNames,
  Selected,
  type SelectionOptions,
  select,
} from '../../lib/physics/selection/index.js';
import type { IdentifiedEvents } from '../ingest/event-widener.js';
import { deadLetterLines } from './dead-letters.js';

/** What the selector makes of a block. `selected` is valid until the next block. */
export interface SelectedBlock {
  readonly selected: Selected;
  /** Of this block alone. */
  readonly flow: CutFlow;
  /** A line of JSON for each event that cannot be used. */
  readonly deadLetters: readonly string[];
}

/** Events in; which of them pass, with their objects, and what became of the others out. */
export class SelectorOperator {
  readonly #options: SelectionOptions;
  readonly #selected = new Selected();

  constructor(options: SelectionOptions) {
    this.#options = options;
  }

  /** @param medianWeight of abs(weight) in the events' file; 0 for data */
  process(events: IdentifiedEvents, source: BlockSource, medianWeight: number): SelectedBlock {
    const selected = select(events, this.#options, medianWeight, this.#selected);
    const flow = new CutFlow().add(selected.reason, events.weight, events.count);
    const before = reasonNames.indexOf(source.late?.countedAs ?? '');
    // A dead letter that comes again is counted under its new reason and no longer under the old one.
    if (before >= 0) flow.raw[before]! -= events.count;
    return { selected, flow, deadLetters: deadLetterLines(events, selected.reason, source) };
  }
}
