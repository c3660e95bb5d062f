import { toDenseRows } from '../../lib/physics/alteration/dense-rows.js';
import { scaleLeptonCells } from '../../lib/physics/alteration/scale-cells.js';
import { type ScaledFlavours, scaleFirstLeptons } from '../../lib/physics/alteration/scale-leptons.js';
import { shuffleFeatures, swapRows } from '../../lib/physics/alteration/swap-features.js';
import type { Events } from '../../lib/physics/events.js';
import { FeatureBuffer } from '../../lib/physics/feature-buffer.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import type { RmmLayout } from '../../lib/physics/rmm/index.js';
import type { Selected } from '../../lib/physics/selection/index.js';
import type { RowColumns } from '../featurizer/row-columns.js';

/** What a study changes of events that passed the selection (physics.md 6). Survives structuredClone. */
export type Alteration =
  /** pT of the first electron and muon, on the objects before features are made. */
  | { readonly type: 'pt_scaling'; readonly flavours: ScaledFlavours; readonly factor: number }
  /** The thesis' reduced form, on e_T and imbalance cells alone; rapidity-mass matrix only. */
  | { readonly type: 'cell_scaling'; readonly flavours: ScaledFlavours; readonly factor: number }
  /** Pairs of columns change places in every row. */
  | {
      readonly type: 'shuffling';
      readonly seed: number;
      readonly pairs: number;
      readonly columns: readonly number[];
    }
  /** Values of a share of columns change places between pairs of a share of rows. */
  | {
      readonly type: 'dummy';
      readonly seed: number;
      readonly share: number;
      readonly columns: readonly number[];
    };

/** Applies an alteration to one block after the other. Not shared between threads. */
export class AlteredEvents {
  readonly #alteration: Alteration;
  readonly #layout: FeatureLayout;
  readonly #patterns: PatternTable;
  readonly #dense = new FeatureBuffer();

  constructor(alteration: Alteration, layout: FeatureLayout) {
    this.#alteration = alteration;
    this.#layout = layout;
    this.#patterns = new PatternTable(layout.columns, layout.maskWords);
  }

  /** Changes objects of selected events, before features are made of them. */
  alterObjects({ leptons }: Events, selected: Selected): void {
    const alteration = this.#alteration;
    if (alteration.type === 'pt_scaling')
      scaleFirstLeptons(leptons, selected, alteration.flavours, alteration.factor);
  }

  /** Changes features; the result is valid until the next block. */
  alterFeatures(features: FeatureBuffer, { hash_high: high, hash_low: low }: RowColumns): FeatureBuffer {
    const alteration = this.#alteration;
    switch (alteration.type) {
      case 'pt_scaling':
        return features;
      case 'cell_scaling':
        scaleLeptonCells(
          features,
          this.#patterns,
          this.#layout as RmmLayout,
          alteration.flavours,
          alteration.factor,
        );
        return features;
      case 'shuffling': {
        const dense = this.#denseRows(features);
        shuffleFeatures(
          dense.values,
          dense.rows,
          dense.columns,
          alteration.columns,
          { high, low },
          alteration,
        );
        return dense;
      }
      case 'dummy': {
        const dense = this.#denseRows(features);
        swapRows(dense.values, dense.rows, dense.columns, alteration.columns, { high, low }, alteration);
        return dense;
      }
    }
  }

  #denseRows(features: FeatureBuffer): FeatureBuffer {
    const size = this.#layout.maskWords === 0 ? 0 : Math.round(Math.sqrt(features.columns));
    return toDenseRows(features, size, this.#dense);
  }
}
