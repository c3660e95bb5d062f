import { isDeepStrictEqual } from 'node:util';
import { RmmError } from '../../../lib/base/error.js';
import { sleep } from '../../../lib/flow/backoff.js';
import type { Tenure } from '../../../lib/flow/partitions/partition-runner.js';
import { fileRecords, startRun, weigh } from '../../ingest/planner.js';
import { record, type ServiceContext } from '../../kafka/context.js';
import type { RecordOf } from '../../kafka/progress-records.js';
import { blocksOf } from '../../kafka/run-state.js';
import { refuseOtherRun } from '../../kafka/same-run.js';
import type { OpenedFile } from '../../pipeline/input-plan.js';
import { type Manifest, manifestOf } from '../../pipeline/manifest.js';
import { copiedFingerprint, copiedName } from './copied-file.js';
import type { LoadOrder } from './load-order.js';
import { madeTimes, planLoad } from './load-plan.js';
import { loadRecord, type ParentRecord } from './load-record.js';
import { loadRoom } from './load-room.js';

/** Records of one transaction: a plan of many files is written in parts. */
const recordsAtATime = 500;
/** Pause between two looks at how far the load is, where the plan grows with it. */
const lookMs = 200;

/** What the planner of a load run works with. */
export interface LoadPlanning {
  readonly order: LoadOrder;
  readonly parents: readonly OpenedFile[];
  /** Called when all is known that a plan is made from: the time begins. */
  readonly begins: () => void;
  /** Whether time is left to plan more files, where only a time was given. */
  readonly hasTime: () => boolean;
}

/**
 * Plans a load run: puts the run and files of copies on record, all of them where a number of events is given, else
 * as many as the time gives, never far ahead of what is delivered. A bounded run ends with the plan; one without end
 * may be given more load later. What an earlier holder of the role has written is kept, and gone on from.
 * @throws run_changed where the topics hold a run over other parents, or with another seed
 */
export async function planLoadRun(
  context: ServiceContext,
  tenure: Tenure,
  { order, parents, begins, hasTime }: LoadPlanning,
): Promise<void> {
  const { loaded, view, tools } = context;
  const { signal } = tenure;
  await view.catchUp(signal);
  if (signal.aborted || view.state.planned !== undefined) return;
  await startRun(context, tenure, loadManifest(context, order, parents));
  const records = fileRecords(await weigh(context, parents, signal), 0);
  const plan = plannedRecords(records, order);
  for (const { fingerprint, name, sums } of view.state.files) {
    const { value } = plan.next();
    // Of another number of events the first copies are the same, but not how often each event is made.
    if (value?.fingerprint !== fingerprint || !isDeepStrictEqual(value.sums, sums))
      throw otherLoad(context, `; ${name} is not planned for this one`);
  }
  begins();
  let next = plan.next();
  let waiting: RecordOf<'file'>[] = [];
  while (next.done !== true && hasTime() && !signal.aborted) {
    let room = await loadRoom(context, order);
    for (; next.done !== true && room > 0 && waiting.length < recordsAtATime; next = plan.next()) {
      waiting.push(next.value);
      room -= blocksOf(next.value.entries);
    }
    if (waiting.length > 0) await record(context, tenure, waiting);
    else await sleep(lookMs, signal, tools.clock);
    waiting = [];
    await view.catchUp(signal);
  }
  if (signal.aborted) return;
  const { files, blocks: known } = view.state;
  if (loaded.config.input.mode === 'bounded')
    await record(context, tenure, [{ type: 'planned', files: files.length, blocks: known }]);
  await view.catchUp(signal);
  tools.log.info('planned', { files: files.length, blocks: known, events: eventsOf(context) });
}

/** Events of all files that are planned. */
export function eventsOf({ view }: Pick<ServiceContext, 'view'>): number {
  return view.state.files.reduce((sum, { entries }) => sum + entries, 0);
}

function* plannedRecords(parents: readonly ParentRecord[], order: LoadOrder): Generator<RecordOf<'file'>> {
  const { seed, events } = order;
  const entries = parents.map((parent) => parent.entries);
  const total = entries.reduce((sum, count) => sum + count, 0);
  let index = 0;
  for (const copied of planLoad(entries, events)) {
    const times = madeTimes(copied, total, events);
    yield loadRecord(parents[copied.parent]!, copied, { seed, index, times });
    index += 1;
  }
}

/**
 * What the run on record says that it is made of: parents under the names and fingerprints of all of their copies. No
 * run over files has such inputs, so neither can go on from the other.
 */
function loadManifest(
  { loaded }: ServiceContext,
  { seed }: LoadOrder,
  parents: readonly OpenedFile[],
): Manifest {
  const copies = parents.map((parent) => {
    const first = { parent: 0, firstCopy: 0, copies: 1, entries: parent.entries };
    const name = copiedName(seed, first, parent.name);
    return { ...parent, name, fingerprint: copiedFingerprint(seed, first, parent.fingerprint) };
  });
  return manifestOf(loaded, copies);
}

/**
 * Refuses topics with another load: over other parents, with another seed, or whose plan is complete and of another
 * number of events. @throws run_changed
 */
export function refuseOtherLoad(
  context: ServiceContext,
  order: LoadOrder,
  parents: readonly OpenedFile[],
): void {
  const { run, planned } = context.view.state;
  if (run !== undefined) refuseOtherRun(run, loadManifest(context, order, parents), context.names.prefix);
  const { events } = order;
  if (planned !== undefined && events !== undefined && events !== eventsOf(context)) throw otherLoad(context);
}

function otherLoad(context: ServiceContext, what = ''): RmmError {
  const { prefix } = context.names;
  return new RmmError(
    'run_changed',
    `the topics with the prefix ${prefix} hold another load, of ${eventsOf(context)} events so far${what}; ask for the same --events and --seed to go on with it, choose another kafka.prefix, or delete the topics with \`rmmstream topics delete\``,
    { context: { prefix } },
  );
}
