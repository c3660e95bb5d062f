import type { Health } from '../shared/snapshot.js';

/** What the health of a stage is judged by. */
export interface HealthFacts {
  /** Processes of the stage that answer, of those that are known; undefined in one process. */
  readonly copies: { readonly up: number; readonly known: number } | undefined;
  /** Milliseconds since the last error, and since the last event went through; Infinity where there was none. */
  readonly sinceErrorMs: number;
  readonly sinceMovedMs: number;
  /** Milliseconds in which it could have worked and has not. */
  readonly idleMs: number;
  readonly lastError: string | undefined;
  /** What waits. */
  readonly lag: number | undefined;
  readonly lagSeconds: number | undefined;
  /** Whether the part of the run that the stage works for is going on, over, or not begun; or the run was stopped. */
  readonly phase: 'before' | 'running' | 'over' | 'stopped' | 'failed';
  readonly isPaused: boolean;
}

/** An error colours a stage for so long. */
const errorMs = 60_000;
/** Without an event for so long a stage that should work does not. */
const stallMs = 30_000;
/** Messages that have waited for longer are behind. */
const behindSeconds = 30;
/** Rates look back as far. */
const movingMs = 6_000;

/** The health of a stage, the gravest first, with the reason in words: colour alone says it to nobody. */
export function healthOf(facts: HealthFacts): { readonly health: Health; readonly why: string } {
  const { copies, sinceErrorMs, sinceMovedMs, idleMs, lag, lagSeconds, phase } = facts;
  const isOver = phase === 'over' && (lag ?? 0) === 0;
  // Services end with their run.
  if (!isOver && copies !== undefined && copies.known > 0 && copies.up === 0)
    return { health: 'unreachable', why: 'none of its processes answers' };
  if (phase === 'failed') return { health: 'failing', why: 'the run failed here' };
  if (sinceErrorMs < errorMs)
    return { health: 'failing', why: `error ${facts.lastError ?? ''} ${seconds(sinceErrorMs)} ago` };
  if (isOver) return { health: 'done', why: 'has nothing left to do' };
  if (phase === 'stopped') return { health: 'waiting', why: 'the run was stopped' };
  if (facts.isPaused) return { health: 'waiting', why: 'the run is paused' };
  const isDue = phase === 'running' && (lag === undefined || lag > 0);
  if (idleMs > stallMs) return { health: 'stalled', why: `no event for ${seconds(idleMs)}` };
  // Before its part of the run nothing else is to be expected.
  if (phase !== 'before' && lagSeconds !== undefined && lagSeconds > behindSeconds)
    return { health: 'behind', why: `what waits has waited for ${Math.round(lagSeconds)} s` };
  if (sinceMovedMs < movingMs) return { health: 'working', why: 'events go through' };
  if (phase === 'before') return { health: 'waiting', why: 'not begun' };
  return { health: 'waiting', why: isDue ? 'no event in the last seconds' : 'nothing waits for it' };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
