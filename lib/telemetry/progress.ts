import { progressJson, progressLine } from './progress-line.js';
import { ProgressModel, type StageSnapshot } from './progress-model.js';
import { shownLines, shownText } from './shown-text.js';
import { terminalPainter } from './terminal-painter.js';

/** How a run tells what it does. Calls are cheap: drawing is limited in time. */
export interface Progress {
  /** Names a stage that will come. */
  plan(stage: string, total?: number): void;
  /** @param already events done by an earlier, interrupted run */
  start(stage: string, total: number, already?: number): void;
  advance(stage: string, events: number, note?: string): void;
  finish(stage: string, state?: 'done' | 'failed', note?: string): void;
  /** A line of text for the person, above the progress lines. */
  note(text: string): void;
  /** Draws the last state and leaves the terminal in order; safe to call twice. */
  close(): void;
  snapshots(): readonly StageSnapshot[];
}

export interface ProgressOptions {
  /** terminal redraws its lines; lines prints now and then; json prints one object a line; none is silent. */
  readonly style: 'terminal' | 'lines' | 'json' | 'none';
  readonly write: (text: string) => void;
  /** A clock that never goes back, in milliseconds. */
  readonly nowMs: () => number;
  /** Width of the terminal. Default 80. */
  readonly columns?: () => number;
  /** Least time between two drawings. Default 150 ms on a terminal, 5,000 ms for lines, 1,000 ms for json. */
  readonly intervalMs?: number;
}

const usualIntervalMs = { terminal: 150, lines: 5_000, json: 1_000, none: Number.POSITIVE_INFINITY } as const;

export function createProgress(options: ProgressOptions): Progress {
  const { style, write, nowMs } = options;
  const model = new ProgressModel(nowMs);
  const interval = options.intervalMs ?? usualIntervalMs[style];
  const painter = style === 'terminal' ? terminalPainter(write, options.columns ?? (() => 80)) : undefined;
  const render = style === 'json' ? progressJson : progressLine;
  const lastDrawn = new Map<string, number>();
  let closed = false;

  const draw = (stage: string, force: boolean) => {
    if (closed || style === 'none') return;
    // A terminal shows all stages at once, so they share one clock.
    const clock = painter === undefined ? stage : '';
    const now = nowMs();
    const last = lastDrawn.get(clock);
    if (!force && last !== undefined && now - last < interval) return;
    lastDrawn.set(clock, now);
    if (painter === undefined) write(`${render(model.snapshot(stage))}\n`);
    else painter.paint(model.snapshots().map(progressLine));
  };
  return {
    plan(stage, total) {
      model.plan(stage, total);
    },
    start(stage, total, already) {
      model.start(stage, total, already);
      if (painter === undefined) lastDrawn.set(stage, nowMs());
      else draw(stage, true);
    },
    advance(stage, events, note) {
      model.advance(stage, events, note);
      draw(stage, false);
    },
    finish(stage, state, note) {
      model.finish(stage, state, note);
      draw(stage, true);
    },
    note(text) {
      if (closed || style === 'none') return;
      if (style === 'json') write(`${shownText(JSON.stringify({ type: 'note', message: text }))}\n`);
      else if (painter === undefined) write(`${shownLines(text)}\n`);
      else painter.above(shownLines(text));
    },
    close() {
      if (closed) return;
      painter?.paint(model.snapshots().map(progressLine));
      closed = true;
    },
    snapshots: () => model.snapshots(),
  };
}
