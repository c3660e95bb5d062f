/** How far one stage is; what every renderer draws. */
export interface StageSnapshot {
  readonly stage: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Events done, those of an earlier run included. */
  readonly events: number;
  /** Events in all; 0 while unknown. */
  readonly total: number;
  /** events / total in [0, 1]; 0 while the total is unknown. */
  readonly share: number;
  /** Events of this run over its seconds; 0 at the start. */
  readonly eventsPerSecond: number;
  readonly seconds: number;
  /** Seconds left at this rate; undefined while it cannot be told. */
  readonly secondsLeft: number | undefined;
  /** A word of the stage's own: "megaset 3 of 10, loss 0.0123". */
  readonly note: string;
}

interface Stage {
  readonly name: string;
  state: StageSnapshot['state'];
  events: number;
  already: number;
  total: number;
  startedMs: number;
  endedMs: number;
  note: string;
}

/** The progress of a run as numbers, by stage, in the order in which the stages were named. */
export class ProgressModel {
  readonly #nowMs: () => number;
  readonly #stages = new Map<string, Stage>();

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Names a stage before it starts, so that it has its line. */
  plan(stage: string, total = 0): void {
    this.#get(stage).total = total;
  }

  /** @param already events that an earlier, interrupted run has done: in the share, not in the rate */
  start(stage: string, total: number, already = 0): void {
    const found = this.#get(stage);
    found.state = 'running';
    found.total = total;
    found.already = already;
    found.events = already;
    found.startedMs = this.#nowMs();
    found.endedMs = found.startedMs;
  }

  /** Counts `events` more; an unknown stage starts here. */
  advance(stage: string, events: number, note?: string): void {
    const found = this.#get(stage);
    if (found.state === 'waiting') this.start(stage, found.total);
    found.events += events;
    found.endedMs = this.#nowMs();
    if (note !== undefined) found.note = note;
  }

  /** Ends a stage; the total becomes what was done. */
  finish(stage: string, state: 'done' | 'failed' = 'done', note?: string): void {
    const found = this.#get(stage);
    if (found.state === 'waiting') this.start(stage, found.total);
    found.endedMs = this.#nowMs();
    found.state = state;
    if (state === 'done') found.total = found.events;
    if (note !== undefined) found.note = note;
  }

  snapshot(stage: string): StageSnapshot {
    return this.#snapshot(this.#get(stage));
  }

  snapshots(): StageSnapshot[] {
    return [...this.#stages.values()].map((stage) => this.#snapshot(stage));
  }

  #get(name: string): Stage {
    let stage = this.#stages.get(name);
    if (stage === undefined) {
      stage = { name, state: 'waiting', events: 0, already: 0, total: 0, startedMs: 0, endedMs: 0, note: '' };
      this.#stages.set(name, stage);
    }
    return stage;
  }

  #snapshot(stage: Stage): StageSnapshot {
    const until = stage.state === 'running' ? this.#nowMs() : stage.endedMs;
    const seconds = stage.state === 'waiting' ? 0 : Math.max(0, until - stage.startedMs) / 1000;
    const done = stage.events - stage.already;
    const eventsPerSecond = seconds > 0 ? done / seconds : 0;
    const left = Math.max(0, stage.total - stage.events);
    const tellable = stage.state === 'running' && stage.total > 0 && eventsPerSecond > 0;
    return {
      stage: stage.name,
      state: stage.state,
      events: stage.events,
      total: stage.total,
      share: stage.total > 0 ? Math.min(1, stage.events / stage.total) : stage.state === 'done' ? 1 : 0,
      eventsPerSecond,
      seconds,
      secondsLeft: tellable ? left / eventsPerSecond : stage.state === 'done' ? 0 : undefined,
      note: stage.note,
    };
  }
}
