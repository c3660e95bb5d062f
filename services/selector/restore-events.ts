import { RmmError } from '../../lib/base/error.js';
import { type BlockSource, blockKey } from '../../lib/flow/block-source.js';
import type { LeptonColumns, RaggedColumns } from '../../lib/physics/events.js';
import { isPhysical, objectClass, Selected, splitByClass } from '../../lib/physics/selection/index.js';
import { EventWidener, type IdentifiedEvents } from '../ingest/event-widener.js';
import type { CompactEvents } from './compact-events.js';

/** Events with their selection, as the featurizer takes them. */
export interface RestoredEvents {
  readonly events: IdentifiedEvents;
  readonly selected: Selected;
}

/**
 * Makes events and selection from compact events, so that a featurizer gives the same rows, in the same order
 * and with the same bits, as from the events that they were taken from. Buffers are used again by the next call.
 */
export class EventRestorer {
  readonly #widener = new EventWidener();
  readonly #selected = new Selected();

  /**
   * @param source named in the message
   * @throws wire_message_invalid where they are none that a selector hands on
   */
  restore(compact: CompactEvents, source: BlockSource): RestoredEvents {
    const { events: raw, leptonClass, jetClass } = compact;
    const events = this.#widener.widen(raw);
    const { count } = events;
    const selected = this.#selected;
    const leptons = raw.leptons.offsets[count]!;
    const jets = raw.jets.offsets[count]!;
    selected.reserve(count, leptons, jets);
    selected.count = count;
    ascend(selected.index, count);
    selected.leptonClass.set(leptonClass.subarray(0, leptons));
    selected.jetClass.set(jetClass.subarray(0, jets));
    selected.leptons.offsets.set(raw.leptons.offsets.subarray(0, count + 1));
    selected.jets.offsets.set(raw.jets.offsets.subarray(0, count + 1));
    ascend(selected.leptons.items, leptons);
    ascend(selected.jets.items, jets);
    splitByClass(selected);
    const restored = { events, selected };
    const problem = restoredProblem(restored);
    if (problem === undefined) return restored;
    throw new RmmError('wire_message_invalid', `message ${blockKey(source)} cannot be used: ${problem}`, {
      context: { key: blockKey(source), file: source.file },
    });
  }
}

function ascend(into: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) into[i] = i;
}

/**
 * What no selector hands on: an object that is not physical, in the wrong order or of an unknown class, an event
 * with fewer than two leptons or without a finite weight. The answer names the first one.
 */
function restoredProblem({ events, selected }: RestoredEvents): string | undefined {
  const { leptons, jets, leptonClass, jetClass, count } = selected;
  const { electron, muon, lightJet, gapJet } = objectClass;
  for (let row = 0; row < count; row++) {
    if (leptons.offsets[row + 1]! - leptons.offsets[row]! < 2)
      return `event ${row} has fewer than two leptons`;
    const { weight, met, metPhi } = events;
    // x - x is 0 for finite numbers only.
    const isMet = met[row]! >= 0 && met[row]! - met[row]! === 0 && metPhi[row]! - metPhi[row]! === 0;
    if (!(weight[row]! - weight[row]! === 0 && isMet))
      return `event ${row} has the weight ${weight[row]}, met ${met[row]}, met_phi ${metPhi[row]}`;
    if (!tracksAreFinite(events.leptons, leptons.offsets, row))
      return `a lepton of event ${row} has a track measurement that is not finite`;
    const lepton = objectProblem(events.leptons, leptons.offsets, row, leptonClass, electron, muon);
    const jet = objectProblem(events.jets, jets.offsets, row, jetClass, lightJet, gapJet);
    if (lepton >= 0) return `lepton ${lepton} of event ${row} is none that a selector hands on`;
    if (jet >= 0) return `jet ${jet} of event ${row} is none that a selector hands on`;
  }
  return undefined;
}

/** The columns are empty where the features are a matrix. */
function tracksAreFinite(
  { d0, d0Significance, z0 }: LeptonColumns,
  offsets: Int32Array,
  row: number,
): boolean {
  if (d0.length === 0) return true;
  for (let k = offsets[row]!; k < offsets[row + 1]!; k++)
    if (!Number.isFinite(d0[k]! + d0Significance[k]! + z0[k]!)) return false;
  return true;
}

/** Place of the first object of an event that is wrong, -1 where all are sound. */
function objectProblem(
  { pt, eta, phi, energy }: RaggedColumns,
  offsets: Int32Array,
  row: number,
  classes: Uint8Array,
  lowest: number,
  highest: number,
): number {
  const start = offsets[row]!;
  for (let k = start; k < offsets[row + 1]!; k++) {
    const sound =
      classes[k]! >= lowest && classes[k]! <= highest && isPhysical(pt[k]!, eta[k]!, phi[k]!, energy[k]!);
    if (!sound || (k > start && pt[k]! > pt[k - 1]!)) return k - start;
  }
  return -1;
}
