import type { Events, RaggedColumns } from '../events.js';
import type { IndexList, Selected } from '../selection/selected.js';
import type { RmmLayout } from './layout.js';
import type { SlotType } from './options.js';

/** Where the objects of one group of slots come from in the batch at hand. */
export interface Source {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  readonly columns: RaggedColumns;
  /** Slots of the group: objects beyond are surplus. */
  readonly cap: number;
  /** Slot mask of k objects of the group, maskWords words each, for k from 0 to cap. */
  readonly masks: Uint32Array;
}

/** Slot masks by group of slots and number of objects. */
export function groupMasks(layout: RmmLayout): readonly Uint32Array[] {
  return layout.options.slots.map(({ count }, group) => {
    const masks = new Uint32Array((count + 1) * layout.maskWords);
    for (let objects = 1; objects <= count; objects++) {
      for (let k = 0; k < objects; k++) {
        const slot = layout.firstSlots[group]! + k;
        masks[objects * layout.maskWords + (slot >>> 5)]! |= 1 << (slot & 31);
      }
    }
    return masks;
  });
}

/** The sources of a batch, in slot order. Our input has no photons: their slots stay empty. */
export function sourcesOf(
  layout: RmmLayout,
  masks: readonly Uint32Array[],
  events: Events,
  selected: Selected,
): Source[] {
  const sources: Source[] = [];
  layout.options.slots.forEach(({ type, count }, group) => {
    const list = listOf(selected, type);
    if (list === undefined) return;
    const columns = type === 'jets' || type === 'bjets' ? events.jets : events.leptons;
    sources.push({ offsets: list.offsets, items: list.items, columns, cap: count, masks: masks[group]! });
  });
  return sources;
}

/** Classified objects of the batch whose type has no slot at all. */
export function unslottedObjects(layout: RmmLayout, selected: Selected): number {
  let count = 0;
  for (const type of ['jets', 'bjets', 'electrons', 'muons'] as const) {
    const slotted = layout.options.slots.some((group) => group.type === type);
    if (!slotted) count += listOf(selected, type)!.offsets[selected.count]!;
  }
  return count;
}

function listOf(selected: Selected, type: SlotType): IndexList | undefined {
  switch (type) {
    case 'jets':
      return selected.lightJets;
    case 'bjets':
      return selected.bJets;
    case 'electrons':
      return selected.electrons;
    case 'muons':
      return selected.muons;
    case 'photons':
      return undefined;
  }
}
