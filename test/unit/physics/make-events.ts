import type { Events } from '../../../lib/physics/events.js';

export interface TestLepton {
  pt: number;
  eta: number;
  phi: number;
  energy: number;
  type: number;
  charge?: number;
  ptcone30?: number;
  etcone20?: number;
  d0?: number;
  d0Significance?: number;
  tight?: number;
  z0SinTheta?: number;
  isolation?: number;
  overlapRemoval?: number;
}

export interface TestJet {
  pt: number;
  eta: number;
  phi: number;
  energy: number;
  jvt?: number;
  btag?: number;
  dl1r?: number;
}

export interface TestEvent {
  met: number;
  metPhi: number;
  weight?: number;
  leptons: readonly TestLepton[];
  jets: readonly TestJet[];
}

/** A lepton that passes everything, massless. */
export function lepton(pt: number, eta = 0, phi = 0, type = 11): TestLepton {
  return { pt, eta, phi, energy: pt * Math.cosh(eta), type };
}

/** A light jet that passes everything, of mass `mass`. */
export function jet(pt: number, eta = 0, phi = 0, btag = -1, mass = 5): TestJet {
  return { pt, eta, phi, energy: Math.sqrt((pt * Math.cosh(eta)) ** 2 + mass ** 2), btag };
}

/** Columns from objects. Columns of the run2 rules are there only if `run2` is set. */
export function makeEvents(events: readonly TestEvent[], run2 = false): Events {
  const leptons = events.flatMap((event) => event.leptons);
  const jets = events.flatMap((event) => event.jets);
  const offsets = (size: (event: TestEvent) => number): Int32Array => {
    const found = new Int32Array(events.length + 1);
    events.forEach((event, row) => {
      found[row + 1] = found[row]! + size(event);
    });
    return found;
  };
  const ofLeptons = (pick: (object: TestLepton) => number): Float64Array => Float64Array.from(leptons, pick);
  const ofJets = (pick: (object: TestJet) => number): Float64Array => Float64Array.from(jets, pick);
  return {
    count: events.length,
    run: new Int32Array(events.length).fill(284500),
    event: BigInt64Array.from(events, (_, row) => BigInt(row)),
    channel: new Int32Array(events.length).fill(361106),
    weight: Float64Array.from(events, (event) => event.weight ?? 1),
    met: Float64Array.from(events, (event) => event.met),
    metPhi: Float64Array.from(events, (event) => event.metPhi),
    leptons: {
      offsets: offsets((event) => event.leptons.length),
      pt: ofLeptons((o) => o.pt),
      eta: ofLeptons((o) => o.eta),
      phi: ofLeptons((o) => o.phi),
      energy: ofLeptons((o) => o.energy),
      charge: Int32Array.from(leptons, (o) => o.charge ?? 1),
      type: Int32Array.from(leptons, (o) => o.type),
      ptcone30: ofLeptons((o) => o.ptcone30 ?? 0),
      etcone20: ofLeptons((o) => o.etcone20 ?? 0),
      d0: ofLeptons((o) => o.d0 ?? 0),
      d0Significance: ofLeptons((o) => o.d0Significance ?? 0),
      z0: ofLeptons(() => 0),
      tight: Uint8Array.from(leptons, (o) => o.tight ?? 1),
      ...(run2 && {
        z0SinTheta: ofLeptons((o) => o.z0SinTheta ?? 0),
        isolation: Uint8Array.from(leptons, (o) => o.isolation ?? 1),
        overlapRemoval: Uint8Array.from(leptons, (o) => o.overlapRemoval ?? 1),
      }),
    },
    jets: {
      offsets: offsets((event) => event.jets.length),
      pt: ofJets((o) => o.pt),
      eta: ofJets((o) => o.eta),
      phi: ofJets((o) => o.phi),
      energy: ofJets((o) => o.energy),
      jvt: ofJets((o) => o.jvt ?? 1),
      btag: ofJets((o) => o.btag ?? -1),
      ...(run2 && { dl1r: ofJets((o) => o.dl1r ?? -1) }),
    },
    triggers: {},
  };
}
