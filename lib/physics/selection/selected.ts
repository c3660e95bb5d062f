/** A ragged list of object indices: those of selected event i are items[offsets[i]] to items[offsets[i + 1] - 1]. */
export class IndexList {
  offsets = new Int32Array(1);
  /** Absolute indices into the columns of Events.leptons or Events.jets. */
  items = new Int32Array(0);

  /** Makes room for `rows` lists with `total` items in all; what was there is lost. */
  reserve(rows: number, total: number): void {
    if (this.offsets.length < rows + 1) this.offsets = new Int32Array(grown(rows + 1));
    if (this.items.length < total) this.items = new Int32Array(grown(total));
    this.offsets[0] = 0;
  }
}

/**
 * What the selector hands on: which events of a batch, and their objects, classified and sorted by falling pT
 * (ties by place in the input), all of them. Reused from batch to batch: valid until the next `select`.
 */
export class Selected {
  /** Number of selected events. */
  count = 0;
  /** Row in the batch of each selected event. */
  index = new Int32Array(0);
  /** One of `reason` for every event of the batch. */
  reason = new Uint8Array(0);
  /** Good leptons, whatever the flavour, and the same by flavour. */
  readonly leptons = new IndexList();
  readonly electrons = new IndexList();
  readonly muons = new IndexList();
  /** Selected jets, whatever the tag (gap jets too), and the same by tag. */
  readonly jets = new IndexList();
  readonly lightJets = new IndexList();
  readonly bJets = new IndexList();
  /** Jets of selected events that are neither light nor b. */
  unclassifiedJets = 0;
  /** Scratch: class of each lepton and jet of the batch, trigger decision of each event. */
  leptonClass = new Uint8Array(0);
  jetClass = new Uint8Array(0);
  fired = new Uint8Array(0);

  /** Makes room for a batch of `events` events with that many leptons and jets in all. */
  reserve(events: number, leptons: number, jets: number): void {
    if (this.index.length < events) {
      this.index = new Int32Array(grown(events));
      this.reason = new Uint8Array(grown(events));
      this.fired = new Uint8Array(grown(events));
    }
    if (this.leptonClass.length < leptons) this.leptonClass = new Uint8Array(grown(leptons));
    if (this.jetClass.length < jets) this.jetClass = new Uint8Array(grown(jets));
    this.leptons.reserve(events, leptons);
    this.electrons.reserve(events, leptons);
    this.muons.reserve(events, leptons);
    this.jets.reserve(events, jets);
    this.lightJets.reserve(events, jets);
    this.bJets.reserve(events, jets);
  }
}

/** A quarter more than needed, so that slowly growing batches do not allocate each time. */
export function grown(needed: number): number {
  return needed + (needed >>> 2) + 16;
}
