import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../lib/base/package-root.js';
import { type Column, openRootFile } from '../../../lib/columnar/root/index.js';
import type { Events } from '../../../lib/physics/events.js';

/** The folder beside the checkout that holds simulated data and golden values; absent in a plain clone. */
export const sharedFolder = join(dirname(packageRoot), 'shared');
export const hasShared = existsSync(join(sharedFolder, 'golden', 'cutflow.json'));

const scalars = ['runNumber', 'eventNumber', 'channelNumber', 'met_et', 'met_phi'];
const leptonBranches = ['pt', 'eta', 'phi', 'E', 'charge', 'type', 'ptcone30', 'etcone20'];
const trackBranches = ['trackd0pvunbiased', 'tracksigd0pvunbiased', 'z0', 'isTightID'];
const jetBranches = ['pt', 'eta', 'phi', 'E', 'jvt', 'MV2c10'];
const factors = ['PILEUP', 'ELE', 'MUON', 'LepTRIGGER', 'BTAG'].map((name) => `scaleFactor_${name}`);
const weights = ['mcWeight', ...factors, 'XSection', 'SumWeights'];

/** A whole file of the Open Data format as one batch, weights by the formula of physics.md section 1. */
export async function readShared(path: string, luminosityPb: number): Promise<Events> {
  const branches = [
    ...scalars,
    ...[...leptonBranches, ...trackBranches].map((name) => `lep_${name}`),
    ...jetBranches.map((name) => `jet_${name}`),
    ...weights,
  ];
  const file = await openRootFile(join(sharedFolder, path));
  try {
    const reader = file.columns('mini', branches);
    const columns = reader.read(0, reader.entries);
    const column = (name: string): Column => columns[branches.indexOf(name)]!;
    const numbers = (name: string, unit = 1): Float64Array =>
      Float64Array.from(column(name).values as Float32Array, (value) => value * unit);
    const offsets = (name: string): Int32Array => {
      const found = column(name);
      if (found.kind !== 'jagged') throw new Error(`${name} is not jagged`);
      return found.offsets.slice();
    };
    const channel = Int32Array.from(numbers('channelNumber'));
    return {
      count: reader.entries,
      run: Int32Array.from(numbers('runNumber')),
      event: BigInt64Array.from([...numbers('eventNumber')].map(BigInt)),
      channel,
      weight: eventWeights(numbers, channel, luminosityPb),
      met: numbers('met_et', 1e-3),
      metPhi: numbers('met_phi'),
      leptons: {
        offsets: offsets('lep_pt'),
        pt: numbers('lep_pt', 1e-3),
        eta: numbers('lep_eta'),
        phi: numbers('lep_phi'),
        energy: numbers('lep_E', 1e-3),
        charge: Int32Array.from(numbers('lep_charge')),
        type: Int32Array.from(numbers('lep_type')),
        ptcone30: numbers('lep_ptcone30', 1e-3),
        etcone20: numbers('lep_etcone20', 1e-3),
        d0: numbers('lep_trackd0pvunbiased'),
        d0Significance: numbers('lep_tracksigd0pvunbiased'),
        z0: numbers('lep_z0'),
        tight: Uint8Array.from(numbers('lep_isTightID')),
      },
      jets: {
        offsets: offsets('jet_pt'),
        pt: numbers('jet_pt', 1e-3),
        eta: numbers('jet_eta'),
        phi: numbers('jet_phi'),
        energy: numbers('jet_E', 1e-3),
        jvt: numbers('jet_jvt'),
        btag: numbers('jet_MV2c10'),
      },
      triggers: {},
    };
  } finally {
    file.close();
  }
}

function eventWeights(
  numbers: (name: string) => Float64Array,
  channel: Int32Array,
  luminosityPb: number,
): Float64Array {
  const product = numbers('mcWeight');
  for (const name of factors) {
    const factor = numbers(name);
    for (let row = 0; row < product.length; row++) product[row]! *= factor[row]!;
  }
  const section = numbers('XSection');
  const sum = numbers('SumWeights');
  for (let row = 0; row < product.length; row++) {
    // Data weigh 1.
    product[row] = channel[row] === 0 ? 1 : (product[row]! * section[row]! * luminosityPb) / sum[row]!;
  }
  return product;
}
