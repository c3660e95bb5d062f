import type { RunState } from '../kafka/run-state.js';
import { roles, type Stage, stages } from '../kafka/stages.js';
import type { KafkaLook, PartLook } from './kafka-look.js';

/** done: nothing will come. idle: nothing waits. waits: for what another part makes. still: it should move. */
export type PartState = 'done' | 'working' | 'idle' | 'waits' | 'still' | 'nobody';

export interface PartVerdict extends PartLook {
  readonly state: PartState;
  /** What it waits for, or what is amiss; empty where there is nothing to say. */
  readonly note: string;
  /** Messages (at ingest blocks) a second between two looks; undefined after one look. */
  readonly perSecond: number | undefined;
  readonly waiting: number;
}

export type RunWord = 'finished' | 'working' | 'stalled' | 'stopped' | 'failed';

export interface KafkaVerdict {
  readonly state: RunWord;
  /** Why, as a clause. */
  readonly because: string;
  readonly parts: readonly PartVerdict[];
}

/** What is known of a run: its records say what a part waits for, and what is done. */
type Known = Pick<
  RunState,
  'run' | 'planned' | 'scaler' | 'models' | 'failed' | 'isFinished' | 'allEnds' | 'blocks'
>;

/**
 * What becomes of a run, by what is on record and by one or two looks at it.
 * @param before an earlier look; without one nobody can say that something stands still
 */
export function kafkaVerdict(known: Known, now: KafkaLook, before?: KafkaLook): KafkaVerdict {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  const parts = now.parts.map((part) => {
    const earlier = before?.parts.find(({ role }) => role === part.role);
    const moved = earlier === undefined ? undefined : positions(part) - positions(earlier);
    return partVerdict(known, part, moved, seconds);
  });
  const isMoving = parts.some(({ perSecond }) => (perSecond ?? 0) > 0);
  const lonely = parts.filter(({ state }) => state === 'nobody');
  const still = parts.filter(({ state }) => state === 'still');
  const verdict = (state: RunWord, because: string): KafkaVerdict => ({ state, because, parts });

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
  return verdict(
    'working',
    isMoving || before === undefined ? 'services are at work' : 'nothing waits in a topic',
  );
}

function named(parts: readonly PartVerdict[]): string {
  return parts.map(({ role }) => role).join(', ');
}

function positions({ partitions }: PartLook): number {
  return partitions.reduce((sum, { position }) => sum + (position ?? 0), 0);
}

function partVerdict(known: Known, part: PartLook, moved: number | undefined, seconds: number): PartVerdict {
  const waiting = part.partitions.reduce((sum, partition) => sum + partition.waiting, 0);
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
  const hasWork = part.kind === 'role' || waiting > 0;
  if (!hasWork) return verdict('idle', part.members === 0 ? 'no copy runs' : '');
  if (part.members === 0) return verdict('nobody', 'no copy runs');
  // How far a role is, its positions do not say.
  if (part.kind === 'stage' && moved !== undefined && moved <= 0) return verdict('still');
  return verdict('working');
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
