import type { Config } from '../../lib/config/index.js';
import type { Events } from '../../lib/physics/events.js';
import type { FeatureBuffer } from '../../lib/physics/feature-buffer.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { ReportKernel } from '../../lib/physics/report/index.js';
import { RmmKernel, type RmmOptions, rmmLayout, type SlotType } from '../../lib/physics/rmm/index.js';
import type { Selected } from '../../lib/physics/selection/index.js';
import type { ObjectFields } from '../ingest/raw-events.js';

const thesisOrder: readonly SlotType[] = ['jets', 'bjets', 'electrons', 'muons', 'photons'];
const map2rmmOrder: readonly SlotType[] = ['jets', 'bjets', 'muons', 'electrons', 'photons'];

/** A feature set in work: writes one row for each selected event. Not shared between threads. */
export interface Featurizer {
  readonly layout: FeatureLayout;
  fill(events: Events, selected: Selected, out: FeatureBuffer): FeatureBuffer;
}

/** The featurizer that the `features` section asks for. @throws features_option_invalid */
export function featurizerOf(config: Pick<Config, 'features'>): Featurizer {
  const { features } = config;
  return features.type === 'rmm'
    ? new RmmKernel(rmmLayout(matrixOptions(features)))
    : new ReportKernel(features.type);
}

/** The columns of objects that the featurizer reads: what the selector hands on over a wire. */
export function objectFieldsOf({ features }: Config): ObjectFields {
  const kinematics = ['pt', 'eta', 'phi', 'energy'];
  if (features.type === 'rmm') return { leptons: kinematics, jets: kinematics };
  const table = ['charge', 'type', 'ptcone30', 'etcone20', 'd0', 'd0Significance', 'z0', 'tight'];
  return { leptons: [...kinematics, ...table], jets: [...kinematics, 'btag'] };
}

/** Options of the matrix that the `features` section describes. */
export function matrixOptions(features: Config['features']): Partial<RmmOptions> {
  const counts = {
    jets: features.multiplicities.light_jets,
    bjets: features.multiplicities.b_jets,
    electrons: features.multiplicities.electrons,
    muons: features.multiplicities.muons,
    photons: features.multiplicities.photons,
  };
  // The convention gives the order of the types; a type with no slots is left out.
  const order = features.convention === 'map2rmm' ? map2rmmOrder : thesisOrder;
  const slots = order.flatMap((type) => (counts[type] > 0 ? [{ type, count: counts[type] }] : []));
  return {
    convention: features.convention,
    slots,
    rapidityScale: features.c,
    sqrtSGev: features.divide_by_sqrt_s ? features.sqrt_s_gev : 0,
    metMinGev: features.met_min_gev,
  };
}
