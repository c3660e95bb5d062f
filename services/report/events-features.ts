import { dense } from '../../lib/physics/rmm/index.js';
import type { CellModel } from './cells-model.js';
import { fileRowsOf, type TopEvent } from './events-top.js';
import { visitFeatures } from './row-places.js';

/** What is known of an event's features. */
export interface EventFeatures {
  /** Unscaled, by column. */
  readonly values: Float32Array;
  /** What each column adds to the score; undefined where the score is no sum over columns. */
  readonly cells: Float64Array | undefined;
}

/**
 * The features of events, and what each of them adds to the score.
 * @param model undefined where the score is no error of a network
 * @returns by place in `events`; those whose features were not found are missing
 */
export async function eventFeatures(
  events: readonly TopEvent[],
  model: CellModel | undefined,
  signal: AbortSignal,
): Promise<Map<number, EventFeatures>> {
  const found = new Map<number, EventFeatures>();
  await visitFeatures(
    fileRowsOf(events),
    async (features, rows, wanted) => {
      for (let index = 0; index < rows.length; index++) {
        const values = new Float32Array(features.columns);
        dense(features, rows[index]!, values);
        let cells: Float64Array | undefined;
        if (model !== undefined && model.version === events[wanted[index]!]!.modelVersion) {
          cells = new Float64Array(features.columns);
          await model.cells.of(model.patterns.rows(features), rows, index, index + 1, cells);
        }
        found.set(wanted[index]!, { values, cells });
      }
    },
    signal,
  );
  return found;
}
