/**
 * A batch of events as columns. Energies, momenta and masses in GeV, angles in radians, lengths in mm, all
 * widened to float64 at the door (float32 inputs are widened before any arithmetic or cut).
 * Object k of event i sits at index offsets[i] + k, for k < offsets[i + 1] - offsets[i].
 */
export interface Events {
  readonly count: number;
  readonly run: Int32Array;
  readonly event: BigInt64Array;
  /** Dataset number (DSID) of simulation, 0 in data. */
  readonly channel: Int32Array;
  /** Signed event weight with cross section and luminosity in it; 1 for data; may be NaN or absurd before the selector. */
  readonly weight: Float64Array;
  readonly met: Float64Array;
  readonly metPhi: Float64Array;
  readonly leptons: LeptonColumns;
  readonly jets: JetColumns;
  /** Trigger decisions by the profile's name for them, one byte an event, 0 or 1. */
  readonly triggers: Readonly<Record<string, Uint8Array>>;
  /** Luminosity block, where the input has one; part of the event's identity (0 where absent). */
  readonly lumiBlock?: Int32Array;
  /** Data-taking year, where the input has one; the dilepton trigger menu needs it. */
  readonly year?: Int32Array;
}

/** Offsets of a ragged column: count + 1 entries, the first 0. */
export interface RaggedColumns {
  readonly offsets: Int32Array;
  readonly pt: Float64Array;
  readonly eta: Float64Array;
  readonly phi: Float64Array;
  readonly energy: Float64Array;
}

export interface LeptonColumns extends RaggedColumns {
  readonly charge: Int32Array;
  /** 11 electron, 13 muon. */
  readonly type: Int32Array;
  readonly ptcone30: Float64Array;
  readonly etcone20: Float64Array;
  /** trackd0pvunbiased, mm. */
  readonly d0: Float64Array;
  /** tracksigd0pvunbiased. */
  readonly d0Significance: Float64Array;
  readonly z0: Float64Array;
  /** isTightID, 0 or 1. */
  readonly tight: Uint8Array;
  /** abs or signed z0 sin theta, mm; only the `run2` object rules ask for it. */
  readonly z0SinTheta?: Float64Array;
  /** lepIsoLoose_VarRad, 0 or 1; `run2` only. */
  readonly isolation?: Uint8Array;
  /** 1 where the lepton passes overlap removal; `run2` only. */
  readonly overlapRemoval?: Uint8Array;
}

export interface JetColumns extends RaggedColumns {
  readonly jvt: Float64Array;
  /** The b-tagging discriminant: MV2c10 in Open Data. */
  readonly btag: Float64Array;
  /** DL1r; only the `run2` object rules ask for it. */
  readonly dl1r?: Float64Array;
}
