import type {
  EpochView,
  LetterCount,
  PhaseState,
  PhaseView,
  RunState,
  ScoresSection,
  SectionName,
  Snapshot,
  Trouble,
} from '../shared/snapshot.js';
import { blankSnapshot, type LiveModelOptions } from './blank-snapshot.js';
import { type BatchFacts, type StageMoment, StageState, type StageTotals } from './stage-state.js';
import { TimeSeries } from './time-series.js';

/** A report of a stage's batch, with what became of its bad events. */
export interface BatchReportLike extends BatchFacts {
  readonly deadLetters?: Readonly<Partial<Record<string, number>>>;
}

/** An epoch as a run tells of it; without a number it is the next one, and without a word of them of one network and pass. */
export interface EpochFacts extends Omit<EpochView, 'number' | 'network' | 'pass'> {
  readonly number?: number;
  readonly network?: number;
  readonly networks?: number;
  readonly pass?: number;
  readonly passes?: number;
  readonly megasets: number;
}

/** Points of the lines over time, and epochs of the loss curve, that are kept. */
const mostPoints = 600;
const mostEpochs = 1_000;
/**
 * Lines go on for so long after the end of a run, and until they have come to 0: a page that is left open shows the run,
 * not the time since. What services and brokers tell of the end comes later than the end.
 */
const lastLookMs = 6_000;

/**
 * What a person sees of a run, kept up from what the run tells. Times come in with every call (wall clock,
 * milliseconds), nothing goes out: pages take sections whose version they do not have yet.
 */
export class LiveModel {
  /** Rates are those of a whole time; what waits is told at its largest. */
  readonly series = new TimeSeries(mostPoints, (line) => (line.startsWith('lag ') ? 'most' : 'mean'));
  readonly #options: LiveModelOptions;
  #stages: ReadonlyMap<string, StageState> = new Map();
  readonly #phases = new Map<string, PhaseView>();
  readonly #letters = new Map<string, LetterCount>();
  readonly #troubles = new Map<string, Trouble>();
  #epochs: EpochView[] = [];
  /** Whether the last point of every rate is 0. */
  #isAtRest = false;
  #limits: readonly string[];
  readonly #lacks: string[] = [];
  readonly #versions = new Map<SectionName, number>();
  readonly #sections: { -readonly [Name in SectionName]: Snapshot[Name] };

  constructor(options: LiveModelOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#sections = blankSnapshot(options, options.startedMs);
    this.#begin(options.startedMs);
  }

  /** Another run begins: nothing of the one before stays. */
  restart(nowMs: number): void {
    const blank = blankSnapshot(this.#options, nowMs);
    for (const name of Object.keys(blank) as SectionName[]) this.#put(name, blank[name]);
    for (const known of [this.#phases, this.#letters, this.#troubles]) known.clear();
    this.#epochs = [];
    this.#lacks.length = 0;
    this.#limits = this.#options.limits;
    this.series.clear();
    this.#begin(nowMs);
  }

  /** Grows whenever the section changes. */
  version(name: SectionName): number {
    return this.#versions.get(name) ?? 0;
  }

  section<Name extends SectionName>(name: Name): Snapshot[Name] {
    return this.#sections[name];
  }

  runState(state: RunState, nowMs: number, message = ''): void {
    const { run } = this.#sections;
    const isOver = state === 'finished' || state === 'stopped' || state === 'failed';
    if (run.state === state && run.message === message) return;
    this.#put('run', { ...run, state, message, endedMs: isOver ? (run.endedMs ?? nowMs) : undefined });
    this.#look(nowMs);
  }

  /** When the run began, and where it is over when it ended, as its record says. */
  runTimes(startedMs: number, endedMs: number | undefined): void {
    const { run } = this.#sections;
    if (run.startedMs !== startedMs || run.endedMs !== endedMs)
      this.#put('run', { ...run, startedMs, endedMs });
  }

  limits(limits: readonly string[]): void {
    this.#limits = limits;
    const { run } = this.#sections;
    const told = [...limits, ...this.#lacks];
    if (JSON.stringify(run.limits) !== JSON.stringify(told)) this.#put('run', { ...run, limits: told });
  }

  /** Something that cannot be had any more of this run. */
  lacks(what: string): void {
    this.#lacks.push(what);
    this.limits(this.#limits);
  }

  phase(name: string, state: PhaseState, events?: Pick<PhaseView, 'done' | 'total' | 'isEstimate'>): void {
    const known = this.#phases.get(name) ?? { name, state: 'planned', done: 0, total: 0 };
    const told = { ...known, state, ...events };
    if (JSON.stringify(told) === JSON.stringify(this.#phases.get(name))) return;
    this.#phases.set(name, told);
    this.#put('phases', [...this.#phases.values()]);
  }

  batch(stage: string, report: BatchReportLike): void {
    this.#stages.get(stage)?.batch(report);
    for (const [reason, count] of Object.entries(report.deadLetters ?? {}))
      if ((count ?? 0) > 0) this.#addLetters(stage, reason, count!);
  }

  /** Everything that counters say of a stage now; dead letters and errors by their label. */
  read(
    stage: string,
    totals: StageTotals,
    letters: ReadonlyMap<string, number>,
    errors: ReadonlyMap<string, number>,
    nowMs: number,
  ): void {
    const state = this.#stages.get(stage);
    // What was counted before anybody looked happened at an unknown time.
    const atMs = state?.isServed === true ? nowMs : undefined;
    state?.read(totals, nowMs);
    for (const [reason, count] of letters) {
      const known = this.#letters.get(`${stage} ${reason}`)?.count ?? 0;
      if (count > known) this.#addLetters(stage, reason, count - known);
    }
    for (const [code, count] of errors) {
      const known = this.#troubles.get(`${stage} ${code}`)?.count ?? 0;
      if (count <= known) continue;
      this.#addTrouble(stage, code, count - known, atMs);
      if (atMs !== undefined) state?.met(code, atMs);
    }
  }

  queue(stage: string, batches: number, bytes: number): void {
    this.#stages.get(stage)?.queue(batches, bytes);
  }

  waiting(stage: string, position: number, end: number): void {
    this.#stages.get(stage)?.lag(Math.max(0, end - position));
  }

  error(stage: string, code: string, nowMs: number): void {
    this.#stages.get(stage)?.error(code, nowMs);
    this.#addTrouble(stage, code, 1, nowMs);
  }

  checkpoint(stage: string, atMs: number): void {
    this.#stages.get(stage)?.checkpoint(atMs);
  }

  artefact(kind: 'model' | 'scaler', version: string): void {
    if (this.#sections.training[kind] !== version)
      this.#put('training', { ...this.#sections.training, [kind]: version });
  }

  epoch({ networks = 1, passes = 1, megasets, ...epoch }: EpochFacts): void {
    const { number = (this.#epochs.at(-1)?.number ?? 0) + 1, network, pass } = epoch;
    this.#epochs.push({ ...epoch, number, network, pass });
    // Of a long training the curve keeps its beginning: the older, the fewer.
    if (this.#epochs.length > mostEpochs) this.#epochs = this.#epochs.filter((_, at) => at % 2 === 0);
    const { training } = this.#sections;
    this.#put('training', { ...training, networks, passes, megasets, epochs: [...this.#epochs] });
  }

  scores(section: ScoresSection): void {
    this.#put('scores', section);
  }

  /** Once a second or so: rates, health and the next point of every line. */
  tick(nowMs: number): void {
    this.#look(nowMs);
    const { endedMs } = this.#sections.run;
    if (endedMs !== undefined && nowMs - endedMs > lastLookMs && this.#isAtRest) return;
    const values: Record<string, number> = {};
    const { stages } = this.#sections.flow;
    this.#isAtRest = stages.every(({ rateIn, rateOut }) => rateIn === 0 && rateOut === 0);
    for (const { stage, rateIn, rateOut, lagUnit } of stages) {
      const lag = this.#stages.get(stage)?.takeMostLag();
      // What a stage gives on is nothing where it ends the flow or only learns.
      values[`events ${stage}`] = stage === 'trainer' ? rateIn : rateOut;
      // Rows of a training are many more than ranges: they have a line of their own at the phases.
      if (lag !== undefined && lagUnit !== 'rows') values[`lag ${stage}`] = lag;
    }
    this.series.push(nowMs / 1000, values);
  }

  #begin(nowMs: number): void {
    const { flow } = this.#options;
    this.#stages = new Map(flow.stages.map((stage) => [stage, new StageState(stage, flow.lagUnit(stage))]));
    for (const phase of this.#sections.phases) this.#phases.set(phase.name, phase);
    this.#look(nowMs);
  }

  #look(nowMs: number): void {
    const { run } = this.#sections;
    const isPaused = run.state === 'paused' || run.state === 'pausing';
    const stages = [...this.#stages.values()].map((stage) =>
      stage.view({ nowMs, isPaused, phase: this.#phaseOf(stage.stage) }),
    );
    const { flow } = this.#sections;
    if (JSON.stringify(flow.stages) !== JSON.stringify(stages)) this.#put('flow', { ...flow, stages });
  }

  #phaseOf(stage: string): StageMoment['phase'] {
    const { state } = this.#sections.run;
    const phase = this.#phases.get(this.#options.flow.phaseOf[stage] ?? '');
    if (phase?.state === 'failed' || (state === 'failed' && phase?.state === 'running')) return 'failed';
    if (state === 'finished' || phase?.state === 'done') return 'over';
    if (state === 'starting') return 'before';
    if (state === 'stopped') return 'stopped';
    return phase === undefined || phase.state === 'running' ? 'running' : 'before';
  }

  #addLetters(stage: string, reason: string, count: number): void {
    const key = `${stage} ${reason}`;
    const known = this.#letters.get(key)?.count ?? 0;
    this.#letters.set(key, { stage, reason, count: known + count });
    this.#put('letters', [...this.#letters.values()]);
  }

  #addTrouble(stage: string, code: string, count: number, atMs: number | undefined): void {
    const key = `${stage} ${code}`;
    const known = this.#troubles.get(key)?.count ?? 0;
    this.#troubles.set(key, { stage, code, count: known + count, atMs });
    this.#put('troubles', [...this.#troubles.values()]);
  }

  #put<Name extends SectionName>(name: Name, section: Snapshot[Name]): void {
    this.#sections[name] = section as never;
    this.#versions.set(name, this.version(name) + 1);
  }
}
