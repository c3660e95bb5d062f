/**
 * What the live page shows, as JSON. It goes section by section: a page is sent a section anew where that has changed.
 * Whatever is text here may be foreign (names of samples and files): it is shown as text and never as HTML.
 */
export interface Snapshot {
  readonly run: RunSection;
  readonly phases: readonly PhaseView[];
  readonly flow: FlowSection;
  readonly training: TrainingSection;
  readonly scores: ScoresSection;
  readonly letters: readonly LetterCount[];
  readonly troubles: readonly Trouble[];
}

export type SectionName = keyof Snapshot;

export const runStates = [
  'starting',
  'running',
  'pausing',
  'paused',
  'draining',
  'finished',
  'stopped',
  'failed',
] as const;
export type RunState = (typeof runStates)[number];

export interface RunSection {
  readonly engine: 'embedded' | 'kafka';
  /** The configuration file as it was given. */
  readonly title: string;
  readonly state: RunState;
  /** Why, where there is something to say. */
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  /** Whether the page can pause and stop the run; with why not. */
  readonly control: { readonly available: boolean; readonly why: string };
  /** What cannot be had from this engine, in words. */
  readonly limits: readonly string[];
}

export type PhaseState = 'planned' | 'running' | 'done' | 'failed';

export interface PhaseView {
  readonly name: string;
  readonly state: PhaseState;
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
  /** Whether the total is what is to be expected, by what has become of the events so far. */
  readonly isEstimate?: boolean;
}

export const healths = ['waiting', 'working', 'done', 'behind', 'stalled', 'failing', 'unreachable'] as const;
export type Health = (typeof healths)[number];

export interface StageView {
  readonly stage: string;
  readonly health: Health;
  /** One sentence on its health. */
  readonly why: string;
  readonly eventsIn: number;
  readonly eventsOut: number;
  readonly bytesOut: number;
  readonly batches: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Events a second over the last seconds. */
  readonly rateIn: number;
  readonly rateOut: number;
  readonly bytesRate: number;
  /** Seconds of work a second; above 1 where several threads or copies work. */
  readonly busy: number;
  readonly queueBatches: number | undefined;
  readonly queueBytes: number | undefined;
  /** What waits, and since when the oldest of it does; undefined where the engine has no queue there. */
  readonly lag: number | undefined;
  /** What waits is counted in: messages, ranges, rows. */
  readonly lagUnit: string;
  readonly lagSeconds: number | undefined;
  readonly errors: number;
  /** Milliseconds since 1970. */
  readonly checkpointMs: number | undefined;
  /** Processes of it that answer, of those that are known; undefined in one process. */
  readonly copies: { readonly up: number; readonly known: number } | undefined;
}

/** A box of the picture. `stage` is undefined for files and stores. */
export interface FlowNode {
  readonly id: string;
  readonly title: string;
  readonly kind: 'stage' | 'files';
  /** Column and row of the picture. */
  readonly column: number;
  readonly row: number;
}

export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  /** What goes along it: the name of a topic, or of what is handed over. */
  readonly label: string;
  /** Whose rate it shows; undefined for what goes along once, as a model does. */
  readonly of: { readonly stage: string; readonly side: 'in' | 'out' } | undefined;
}

export interface FlowSection {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
  readonly stages: readonly StageView[];
}

export interface EpochView {
  /** From 1, over all megasets; of a run that was continued, from where this page began to hear of it. */
  readonly number: number;
  /** From 0: networks of an ensemble come one after the other; undefined where the engine does not tell them. */
  readonly network: number | undefined;
  readonly pass: number | undefined;
  /** From 0, and the epoch in it; undefined where the engine does not tell them. */
  readonly megaset: number | undefined;
  readonly epoch: number | undefined;
  readonly loss: number;
  readonly validationLoss: number | undefined;
}

export interface TrainingSection {
  readonly networks: number;
  readonly passes: number;
  /** 0 where nobody knows how many there will be. */
  readonly megasets: number;
  /** Of a long training fewer of the older ones. */
  readonly epochs: readonly EpochView[];
  readonly model: string | undefined;
  readonly scaler: string | undefined;
}

export type ProcessKind = 'background' | 'signal' | 'data';

/** A histogram of every process over the same bins; `first` is the number of the first bin: bin k is [k w, (k + 1) w). */
export interface HistogramView {
  readonly width: number;
  readonly first: number;
  /** Events by process, in the order of `processes`. */
  readonly counts: readonly (readonly number[])[];
  /** Their summed weights. */
  readonly weights: readonly (readonly number[])[];
}

export interface ProcessView {
  readonly name: string;
  readonly kind: ProcessKind;
  readonly rows: number;
  /** Sum of weights: events expected at the luminosity of the section; of data their number. */
  readonly yield: number;
}

export interface ScoresSection {
  /** Column of the score files; log10 where `isLog`. */
  readonly score: string;
  readonly isLog: boolean;
  /** fb^-1 to which simulation is weighted: that of the data where it is known, else the configured one. */
  readonly luminosityFb: number;
  readonly luminosityOf: 'data' | 'configuration';
  readonly files: number;
  readonly rows: number;
  readonly processes: readonly ProcessView[];
  readonly histogram: HistogramView | undefined;
  readonly tail:
    | {
        /** Share of the events that was asked for, and the one that a bin edge of the score allows. */
        readonly share: number;
        readonly realised: number;
        readonly of: 'background' | 'all events';
        /** Score from which on, as the histogram has it. */
        readonly from: number;
        readonly rows: number;
        /** GeV. */
        readonly met: HistogramView;
        readonly mll: HistogramView;
      }
    | undefined;
  readonly top: readonly TopEventView[];
  /** Files of scores that could not be read. */
  readonly unreadable: number;
}

export interface TopEventView {
  /** Stands for it in addresses: hexadecimal digits. */
  readonly id: string;
  readonly sample: string;
  readonly kind: ProcessKind;
  readonly run: number;
  /** A number of 64 bits. */
  readonly event: string;
  readonly file: string;
  readonly entry: number;
  readonly score: number;
  readonly weight: number;
  /** GeV. */
  readonly met: number;
  readonly mll: number;
  readonly ht: number;
  readonly leptons: number;
  readonly jets: number;
  readonly flavours: string;
}

export interface LetterCount {
  readonly stage: string;
  readonly reason: string;
  readonly count: number;
}

export interface Trouble {
  readonly stage: string;
  readonly code: string;
  readonly count: number;
  /** Milliseconds since 1970 of the last one; undefined where it came before anybody looked. */
  readonly atMs: number | undefined;
}

/** Names of lines over time, as "events ingest" (a second) or "lag scorer" (messages). */
export interface SeriesPart {
  /** Changes where earlier points have changed: all are sent again. */
  readonly generation: number;
  /** Number of the first point of this part. */
  readonly from: number;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: Readonly<Record<string, readonly (number | null)[]>>;
}

/** A message of the stream. The first one has every section, and comes after an event `build` that tells the scripts apart. */
export interface Frame {
  /** Another one where the server was started again. */
  readonly server: string;
  readonly nowMs: number;
  readonly sections: Partial<Snapshot>;
  readonly series: SeriesPart | undefined;
}
