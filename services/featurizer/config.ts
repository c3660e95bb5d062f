import type { Config } from '../../lib/config/index.js';
import type { Events } from '../../lib/physics/events.js';
import type { FeatureBuffer } from '../../lib/physics/feature-buffer.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { ReportKernel } from '../../lib/physics/report/index.js';
import { RmmKernel, type RmmOptions, rmmDefaults, rmmLayout } from '../../lib/physics/rmm/index.js';
import type { Selected } from '../../lib/physics/selection/index.js';

/** A feature set in work: writes one row for each selected event. Not shared between threads. */
export interface Featurizer {
  readonly layout: FeatureLayout;
  fill(events: Events, selected: Selected, out: FeatureBuffer): FeatureBuffer;
}

/** The featurizer that the `features` section asks for. @throws features_option_invalid */
export function featurizerOf(config: Config): Featurizer {
  const { features } = config;
  return features.type === 'rmm' ? new RmmKernel(rmmLayout(matrixOptions(features))) : new ReportKernel(features.type);
}

function matrixOptions(features: Config['features']): Partial<RmmOptions> {
  const counts = {
    jets: features.multiplicities.light_jets,
    bjets: features.multiplicities.b_jets,
    electrons: features.multiplicities.electrons,
    muons: features.multiplicities.muons,
  };
  // The convention gives the order of the types; a type with no slots is left out.
  const slots = rmmDefaults[features.convention].slots.flatMap(({ type }) => {
    const count = type === 'photons' ? 0 : counts[type];
    return count > 0 ? [{ type, count }] : [];
  });
  return {
    convention: features.convention,
    slots,
    rapidityScale: features.c,
    sqrtSGev: features.divide_by_sqrt_s || features.convention === 'map2rmm' ? features.sqrt_s_gev : 0,
    metMinGev: features.convention === 'map2rmm' ? features.map2rmm_met_min_gev : 0,
  };
}
