import type { SelectionOptions } from './options.js';
import { firstDeadLetter, reason, reasonCount, reasonNames } from './reason.js';
import { asksForTriggers } from './triggers.js';

/**
 * Events and signed weights by reason. Weights are summed in double-double (two float64 with their rounding
 * error carried), so that the result does not depend on how events are dealt into batches, to 1e-16 and beyond.
 */
export class CutFlow {
  readonly raw = new Float64Array(reasonCount);
  readonly weightHigh = new Float64Array(reasonCount);
  readonly weightLow = new Float64Array(reasonCount);

  /** Adds `count` events of a batch. Weights of dead letters are not summed: they may be NaN. */
  add(reasons: Uint8Array, weights: Float64Array, count: number): this {
    for (let event = 0; event < count; event++) {
      const code = reasons[event]!;
      this.raw[code]!++;
      if (code < firstDeadLetter) this.#addWeight(code, weights[event]!);
    }
    return this;
  }

  /** Adds another cut flow, for example of another batch. */
  merge(other: CutFlow): this {
    for (let code = 0; code < reasonCount; code++) {
      this.raw[code]! += other.raw[code]!;
      this.#addWeight(code, other.weightHigh[code]!);
      this.weightLow[code]! += other.weightLow[code]!;
    }
    return this;
  }

  weighted(code: number): number {
    return this.weightHigh[code]! + this.weightLow[code]!;
  }

  /** Knuth's two-sum: high + low grows by exactly `weight`, up to the rounding of low. */
  #addWeight(code: number, weight: number): void {
    const high = this.weightHigh[code]!;
    const sum = high + weight;
    const part = sum - high;
    this.weightHigh[code] = sum;
    this.weightLow[code]! += high - (sum - part) + (weight - part);
  }
}

export interface CutFlowStep {
  readonly cut: string;
  readonly raw: number;
  readonly weighted: number;
}

/** What is left after each cut in force, in order; the first step, "all", is every event but the dead letters. */
export function cutFlowSteps(flow: CutFlow, options: SelectionOptions): CutFlowStep[] {
  const cuts: { cut: string; code: number }[] = [];
  if (asksForTriggers(options)) cuts.push({ cut: 'trigger', code: reason.trigger });
  cuts.push({ cut: options.leptons, code: reason.leptons });
  if (options.leptons === 'exactly_3') cuts.push({ cut: 'lepton_pt', code: reason.leptonPt });
  if (options.mllMinGev > 0) cuts.push({ cut: 'mll', code: reason.mll });
  // From the last step backwards: adding what a cut removed, never subtracting large sums.
  const left = new CutFlow();
  const steps: CutFlowStep[] = [];
  addCode(left, flow, reason.selected);
  for (const { cut, code } of cuts.reverse()) {
    steps.push({ cut, raw: left.raw[0]!, weighted: left.weighted(0) });
    addCode(left, flow, code);
  }
  steps.push({ cut: 'all', raw: left.raw[0]!, weighted: left.weighted(0) });
  return steps.reverse();
}

/** Dead letters by the name of their reason, those that occurred. */
export function deadLetterCounts(flow: CutFlow): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let code = firstDeadLetter; code < reasonCount; code++) {
    if (flow.raw[code]! > 0) counts[reasonNames[code]!] = flow.raw[code]!;
  }
  return counts;
}

/** Adds one reason of `flow` to slot 0 of `left`. */
function addCode(left: CutFlow, flow: CutFlow, code: number): void {
  const single = new CutFlow();
  single.raw[0] = flow.raw[code]!;
  single.weightHigh[0] = flow.weightHigh[code]!;
  single.weightLow[0] = flow.weightLow[code]!;
  left.merge(single);
}
