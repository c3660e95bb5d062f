import type { RunState } from '../kafka/run-state.js';
import { roles, type Stage, stages } from '../kafka/stages.js';
import { type KafkaLook, type PartLook, waitingOf } from './kafka-look.js';

/**
 * done: nothing will come. idle: nothing waits. waits: for what another part makes. hidden: how far it is cannot be
 * known now. filling: its position goes on when a window of files is full, and it is not time yet to doubt that.
 * still: it should move.
 */
export type PartState = 'done' | 'working' | 'idle' | 'waits' | 'hidden' | 'filling' | 'still' | 'nobody';

export interface PartVerdict extends PartLook {
  readonly state: PartState;
  /** What it waits for, or what is amiss; empty where there is nothing to say. */
  readonly note: string;
  /**
   * Offsets (at ingest blocks) a second between two looks, the ends of transactions among them; undefined after one look,
   * and where a look found positions hidden.
   */
  readonly perSecond: number | undefined;
  /** Undefined where positions are hidden. */
  readonly waiting: number | undefined;
}

export type RunWord = 'finished' | 'working' | 'stalled' | 'stopped' | 'failed';

export interface KafkaVerdict {
  readonly state: RunWord;
  /** Why, as a clause. */
  readonly because: string;
  readonly parts: readonly PartVerdict[];
  /**
   * Whether a later look may find a stall that this one cannot: all that stands still are positions that go on in large
   * steps, and not for longer than a step may take.
   */
  readonly isOpen: boolean;
}

/** What is known of a run: its records say what a part waits for, and what is done. */
type Known = Pick<
  RunState,
  'run' | 'planned' | 'scaler' | 'models' | 'failed' | 'isFinished' | 'allEnds' | 'blocks'
>;

/**
 * What becomes of a run, by what is on record and by one or two looks at it.
 * @param before an earlier look; without one nobody can say that something stands still
 * @param patienceSeconds what the files of a window may take (sinkPatienceSeconds)
 */
export function kafkaVerdict(
  known: Known,
  now: KafkaLook,
  before?: KafkaLook,
  patienceSeconds = 0,
): KafkaVerdict {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  const parts = now.parts.map((part) => {
    const earlier = before?.parts.find(({ role }) => role === part.role);
    return partVerdict(known, part, { moved: movedSince(earlier, part), seconds, patienceSeconds });
  });
  const isMoving = parts.some(({ perSecond }) => (perSecond ?? 0) > 0);
  const lonely = parts.filter(({ state }) => state === 'nobody');
  const still = parts.filter(({ state }) => state === 'still');
  const hidden = parts.filter(({ state }) => state === 'hidden');
  const filling = parts.filter(({ state }) => state === 'filling');
  const verdict = (state: RunWord, because: string, isOpen = false): KafkaVerdict => ({
    state,
    because,
    parts,
    isOpen,
  });

  if (known.isFinished) return verdict('finished', 'everything is scored and written');
  if (parts.every(({ members }) => members === 0)) {
    const { failed } = known;
    return failed === undefined
      ? verdict('stopped', 'no service of it runs')
      : verdict('failed', `${failed.service} ended with ${failed.code}: ${failed.message}`);
  }
  if (lonely.length > 0) return verdict('stalled', `no copy runs of ${named(lonely)}, and there is work`);
  if (still.length > 0 && !isMoving)
    return verdict(
      'stalled',
      `nothing has moved for ${Math.round(seconds)} s where work waits: ${named(still)}`,
    );
  if (isMoving || before === undefined) return verdict('working', 'services are at work');
  if (filling.length > 0)
    return verdict('working', `files are made, a window at a time: ${named(filling)}`, true);
  if (hidden.length > 0)
    return verdict('working', `an open transaction hides how far they are: ${named(hidden)}`);
  return verdict('working', 'nothing waits in a topic');
}

function named(parts: readonly PartVerdict[]): string {
  return parts.map(({ role }) => role).join(', ');
}

function positions({ partitions }: PartLook): number {
  return partitions.reduce((sum, { position }) => sum + (position ?? 0), 0);
}

/** Undefined where one of the looks does not say where the part was. */
function movedSince(earlier: PartLook | undefined, part: PartLook): number | undefined {
  if (earlier === undefined || earlier.isHidden || part.isHidden) return undefined;
  return positions(part) - positions(earlier);
}

interface Movement {
  /** Offsets between two looks; undefined where that is not known. */
  readonly moved: number | undefined;
  readonly seconds: number;
  readonly patienceSeconds: number;
}

function partVerdict(
  known: Known,
  part: PartLook,
  { moved, seconds, patienceSeconds }: Movement,
): PartVerdict {
  const waiting = waitingOf(part);
  const perSecond = moved === undefined || seconds <= 0 ? undefined : Math.max(0, moved) / seconds;
  const verdict = (state: PartState, note = ''): PartVerdict => ({
    ...part,
    state,
    note,
    perSecond,
    waiting,
  });
  if (isDone(known, part.role)) return verdict('done');
  const needed = neededBy(known, part.role);
  if (needed !== undefined) return verdict('waits', part.members === 0 ? `${needed}; no copy runs` : needed);
  // Whoever left the transaction open had work, which is done again where it is not committed.
  const hasWork = part.kind === 'role' || waiting === undefined || waiting > 0;
  if (!hasWork) return verdict('idle', part.members === 0 ? 'no copy runs' : '');
  if (part.members === 0) return verdict('nobody', 'no copy runs');
  if (part.isHidden) return verdict('hidden', 'by an open transaction');
  // How far a role is, its positions do not say.
  if (part.kind === 'role' || moved === undefined || moved > 0) return verdict('working');
  const isSink = stageOf(part.role)?.writes === undefined;
  return isSink && seconds < patienceSeconds ? verdict('filling', 'a window of files') : verdict('still');
}

function stageOf(role: string): Stage | undefined {
  return Object.values(stages).find((stage) => stage.role === role);
}

function isDone(known: Known, role: string): boolean {
  const stage = stageOf(role);
  if (stage !== undefined) return known.allEnds(stage.makes) !== undefined;
  switch (role) {
    case roles.planner.role:
      return known.planned !== undefined;
    case roles.freezer.role:
      return known.scaler !== undefined;
    case roles.trainer.role:
      return known.models.some(({ final }) => final);
    default:
      return known.isFinished;
  }
}

/** What a part cannot begin without; undefined where it can. */
function neededBy(known: Known, role: string): string | undefined {
  const isBounded = known.run?.mode !== 'continuous';
  const unless = (isThere: boolean, what: string) => (isThere ? undefined : what);
  switch (role) {
    case stages.ingest.role:
      return unless(known.blocks > 0, 'for the plan of input files');
    case stages.scaler.role:
      return unless(known.scaler !== undefined, 'for the scaler');
    case stages.scorer.role:
      return unless(known.models.length > 0, 'for a model');
    case roles.freezer.role:
      return unless(!isBounded || known.allEnds('moments') !== undefined, 'for the end of moments');
    case roles.trainer.role:
      return unless(
        known.scaler !== undefined && (!isBounded || known.allEnds('scaled') !== undefined),
        'for the end of scaled',
      );
    case roles.finisher.role:
      return unless(!isBounded || known.allEnds('scores') !== undefined, 'for the end of scores');
    default:
      return undefined;
  }
}
