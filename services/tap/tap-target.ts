import { RmmError } from '../../lib/base/error.js';
import { didYouMean } from '../../lib/config/index.js';
import { roles, stages } from '../kafka/stages.js';
import { type TopicKind, topicKinds } from '../kafka/topics.js';
import type { DirectoryStage } from './directory-tap.js';

/** Where what a name stands for is looked at. */
export type TapTarget =
  | { readonly kind: 'topic'; readonly topic: TopicKind }
  | { readonly kind: 'files'; readonly stage: DirectoryStage };

/** Stages that write files, by what they make. */
const filesOf: Readonly<Record<string, DirectoryStage>> = { scores: 'scores', 'feature-files': 'features' };

/** What stages and roles write, by their names; `_` and `-` are alike, as in names of metrics. */
function stageTargets(): ReadonlyMap<string, TapTarget> {
  const found = new Map<string, TapTarget>();
  for (const { role, makes, writes } of Object.values(stages)) {
    const stage = filesOf[makes];
    if (writes !== undefined) found.set(role, { kind: 'topic', topic: writes });
    else if (stage !== undefined) found.set(role, { kind: 'files', stage });
  }
  for (const { role, writes } of Object.values(roles)) {
    // What a role is there for; that it was done is on record as well.
    const topic = writes.find((kind) => kind !== 'progress') ?? 'progress';
    if (!found.has(role)) found.set(role, { kind: 'topic', topic });
  }
  return found;
}

/**
 * What TOPIC or STAGE means over Kafka: a topic, with or without the prefix of the run, or the output of a stage.
 * @throws cli_usage
 */
export function kafkaTarget(name: string, prefix: string): TapTarget {
  const short = name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;
  const topic = topicKinds.find((kind) => kind === short);
  if (topic !== undefined) return { kind: 'topic', topic };
  if (short === 'scores') return { kind: 'files', stage: 'scores' };
  const targets = stageTargets();
  const target = targets.get(short.replaceAll('_', '-'));
  if (target !== undefined) return target;
  throw unknown(name, [...topicKinds, 'scores', ...targets.keys()]);
}

const embedded: ReadonlyMap<string, DirectoryStage> = new Map([
  ['features', 'features'],
  ['featurizer', 'features'],
  ['feature-files', 'features'],
  ['scores', 'scores'],
  ['scorer', 'scores'],
]);

/** What STAGE means of a run in one process, which keeps features and scores. @throws cli_usage */
export function directoryTarget(name: string): DirectoryStage {
  const stage = embedded.get(name.replaceAll('_', '-'));
  if (stage !== undefined) return stage;
  const isElsewhere = [...topicKinds, ...stageTargets().keys()].includes(name.replaceAll('_', '-'));
  if (!isElsewhere) throw unknown(name, [...embedded.keys()]);
  throw new RmmError(
    'cli_usage',
    `a run in one process hands ${name} on in memory and keeps features and scores only; expected one of ${[...embedded.keys()].join(', ')}, or the configuration of a run over Kafka`,
  );
}

function unknown(name: string, known: readonly string[]): RmmError {
  return new RmmError(
    'cli_usage',
    `there is no topic or stage ${name}${didYouMean(name, known)}; expected one of ${known.join(', ')}`,
  );
}
