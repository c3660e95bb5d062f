import { bindCells } from '../../lib/learning/expand.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import type { ScaledWire } from '../wire/scaled.js';

/** Looks at a block before it is counted or trained on. @throws scaler_mismatch */
export type BlockCheck = (block: ScaledWire) => void;

/**
 * What the scorer refuses of blocks that can be read: rows of another scaler, or rows that are not what their masks
 * say. It makes dead letters of them, so they are not trained on either.
 */
export function blockCheck(scaler: Scaler, maskWords: number): BlockCheck {
  const plan = planExpansion(scaler);
  const patterns = new PatternTable(scaler.columns, maskWords);
  return ({ scaled }) => {
    bindCells(plan, { ...patterns.rows(scaled), scaler: scaled.scaler });
  };
}
