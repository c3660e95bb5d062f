import type {
  HistogramView,
  ProcessKind,
  ProcessView,
  ScoresSection,
  TopEventView,
} from '../shared/snapshot.js';
import { ScoreGrid } from './score-grid.js';
import { tailCut } from './tail.js';
import { type Candidate, merged } from './top-list.js';

export interface BoardOptions {
  /** Column of the score files. */
  readonly score: string;
  /** Positive scores over powers of ten are counted by their log10. */
  readonly isLog: boolean;
  /** fb^-1 to which simulation is weighted in what is shown. */
  readonly luminosityFb: number;
  readonly luminosityOf: ScoresSection['luminosityOf'];
  /** That luminosity, over the one to which weights in the files are made. */
  readonly simulationScale: number;
  /** Share of the background that the tail is. */
  readonly tailShare: number;
  readonly topEvents: number;
}

/** Rows of one process out of a file of scores. */
export interface ScoredRows {
  readonly sample: string;
  readonly kind: ProcessKind;
  readonly score: ArrayLike<number>;
  readonly met: ArrayLike<number>;
  readonly mll: ArrayLike<number>;
  readonly weight: ArrayLike<number>;
}

/** One of the most anomalous events, with the place of its row. */
export interface TopEntry extends Candidate {
  readonly view: TopEventView;
}

/** Finest width 2^exponent and most bins: a score or its log10, and GeV. */
const scoreBins = { most: 96, exponent: -6 } as const;
const energyBins = { most: 64, exponent: 2 } as const;

/** All scores of a run so far: what the page shows of them is made of sums, whatever the number of events. */
export class ScoreBoard {
  readonly #options: BoardOptions;
  readonly #processes = new Map<string, { index: number; kind: ProcessKind; rows: number; yield: number }>();
  readonly #met: ScoreGrid;
  readonly #mll: ScoreGrid;
  #top: TopEntry[] = [];
  files = 0;
  unreadable = 0;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.#met = new ScoreGrid(scoreBins, energyBins);
    this.#mll = new ScoreGrid(scoreBins, energyBins);
  }

  /** The number of a process. */
  add({ sample, kind, score, met, mll, weight }: ScoredRows): number {
    let process = this.#processes.get(sample);
    if (process === undefined) {
      process = { index: this.#processes.size, kind, rows: 0, yield: 0 };
      this.#processes.set(sample, process);
    }
    process.rows += score.length;
    for (let row = 0; row < weight.length; row += 1) process.yield += weight[row]!;
    const counted = this.#options.isLog ? powersOf(score) : score;
    this.#met.add(process.index, counted, met, weight);
    this.#mll.add(process.index, counted, mll, weight);
    return process.index;
  }

  /** Least score of an event that would be among the most anomalous. */
  get least(): number {
    const last = this.#top.length < this.#options.topEvents ? undefined : this.#top.at(-1);
    return last?.score ?? Number.NEGATIVE_INFINITY;
  }

  get topEvents(): number {
    return this.#options.topEvents;
  }

  offer(entries: readonly TopEntry[]): void {
    this.#top = merged(this.#top, entries, this.#options.topEvents);
  }

  /** The entry of an event of the list. */
  entry(id: string): TopEntry | undefined {
    return this.#top.find(({ view }) => view.id === id);
  }

  section(): ScoresSection {
    const { score, isLog, luminosityFb, luminosityOf } = this.#options;
    const processes = [...this.#processes].map(
      ([name, { kind, rows, yield: sum }]): ProcessView => ({
        name,
        kind,
        rows,
        yield: sum * this.#scaleOf(kind),
      }),
    );
    const histogram = this.#met.scores();
    return {
      score,
      isLog,
      luminosityFb,
      luminosityOf,
      files: this.files,
      rows: processes.reduce((sum, { rows }) => sum + rows, 0),
      processes,
      histogram: histogram && this.#shown(histogram, processes),
      tail: histogram === undefined ? undefined : this.#tail(histogram, processes),
      top: this.#top.map(({ view }) => view),
      unreadable: this.unreadable,
    };
  }

  #tail(histogram: HistogramView, processes: readonly ProcessView[]): ScoresSection['tail'] {
    const { tailShare, isLog } = this.#options;
    const kinds = processes.map(({ kind }) => kind);
    const cut = tailCut(histogram, kinds, tailShare);
    if (cut === undefined) return undefined;
    const from = cut.bin * histogram.width;
    const met = this.#met.from(cut.bin);
    return {
      share: tailShare,
      realised: cut.realised,
      of: cut.of,
      from: isLog ? 10 ** from : from,
      rows: met.counts.flat().reduce((sum, count) => sum + count, 0),
      met: this.#shown(met, processes),
      mll: this.#shown(this.#mll.from(cut.bin), processes),
    };
  }

  #scaleOf(kind: ProcessKind): number {
    return kind === 'data' ? 1 : this.#options.simulationScale;
  }

  /** With weights as they are shown. Six digits are more than a screen has, and half of what a page would be sent else. */
  #shown(histogram: HistogramView, processes: readonly ProcessView[]): HistogramView {
    const weights = histogram.weights.map((bins, at) => {
      const scale = this.#scaleOf(processes[at]!.kind);
      return bins.map((weight) => Number((weight * scale).toPrecision(6)));
    });
    return { ...histogram, weights };
  }
}

function powersOf(values: ArrayLike<number>): Float64Array {
  const powers = new Float64Array(values.length);
  for (let row = 0; row < values.length; row += 1) powers[row] = Math.log10(values[row]!);
  return powers;
}
