import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import type { KafkaClient, PartitionOffsets, TopicDescription } from '../../lib/kafka/client.js';
import { roles, stages, stagesOf } from './stages.js';
import { RunNames, topicDifferences, topicSpecs } from './topics.js';

export interface CreatedTopics {
  readonly made: readonly string[];
  readonly there: readonly string[];
}

/**
 * Makes the topics of a run that are missing.
 * @throws kafka_topic_differs where one exists with other settings
 */
export async function createTopics(client: KafkaClient, config: Config): Promise<CreatedTopics> {
  const specs = topicSpecs(new RunNames(config.kafka.prefix), config.kafka.topics);
  const found = new Map(
    (await client.admin.describeTopics(specs.map(({ name }) => name))).map((topic) => [topic.name, topic]),
  );
  const differences = specs.flatMap((spec) => {
    const there = found.get(spec.name);
    return there === undefined ? [] : topicDifferences(spec, there).map((line) => `${spec.name}: ${line}`);
  });
  if (differences.length > 0) {
    throw new RmmError(
      'kafka_topic_differs',
      `topics exist with other settings:${differences.map((line) => `\n  ${line}`).join('')}`,
      { context: { differences } },
    );
  }
  const made = new Set(await client.admin.createTopics(specs.filter(({ name }) => !found.has(name))));
  const known = specs.map(({ name }) => name);
  return { made: known.filter((name) => made.has(name)), there: known.filter((name) => found.has(name)) };
}

/** Every group of a run. */
export function groupsOf(names: RunNames): string[] {
  return [...Object.values(stages), ...Object.values(roles)].map(({ role }) => names.group(role));
}

/** Deletes the topics of a run and forgets its groups; gives the names of the topics that were there. */
export async function deleteTopics(client: KafkaClient, config: Config): Promise<readonly string[]> {
  const names = new RunNames(config.kafka.prefix);
  const wanted = topicSpecs(names, config.kafka.topics).map(({ name }) => name);
  const there = (await client.admin.describeTopics(wanted)).map(({ name }) => name);
  // Groups first: one that is still at work refuses, and then nothing is deleted below it.
  await client.admin.deleteGroups(groupsOf(names));
  await client.admin.deleteTopics(there);
  return there;
}

/** A topic with what is in it. */
export interface TopicContents {
  readonly topic: TopicDescription;
  readonly offsets: readonly PartitionOffsets[];
}

/** The topics of a run that exist, in the order of the dataflow. @throws kafka_topic_missing where there are none */
export async function describeTopics(client: KafkaClient, config: Config): Promise<TopicContents[]> {
  const wanted = topicSpecs(new RunNames(config.kafka.prefix), config.kafka.topics).map(({ name }) => name);
  const found = new Map((await client.admin.describeTopics(wanted)).map((topic) => [topic.name, topic]));
  if (found.size === 0) {
    throw new RmmError(
      'kafka_topic_missing',
      `there are no topics with the prefix ${config.kafka.prefix}; make them with \`rmmstream topics create\``,
      { context: { prefix: config.kafka.prefix } },
    );
  }
  const contents: TopicContents[] = [];
  for (const name of wanted) {
    const topic = found.get(name);
    if (topic !== undefined) contents.push({ topic, offsets: await client.admin.offsets(name) });
  }
  return contents;
}

/** How far a stage is behind in one partition. */
export interface PartitionLag {
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  /** Committed position; undefined where the stage has not committed one. */
  readonly position: number | undefined;
  readonly end: number;
  /** Offsets between the two; control records of transactions count among them. */
  readonly lag: number;
}

/** Lag of every stage that reads a data topic, partition by partition. */
export async function lagOf(client: KafkaClient, config: Config): Promise<PartitionLag[]> {
  const names = new RunNames(config.kafka.prefix);
  const reading = stagesOf(config).filter(({ reads }) => reads);
  const ends = new Map<string, readonly PartitionOffsets[]>();
  for (const { topic } of reading) {
    const name = names.topic(topic);
    if (!ends.has(name)) ends.set(name, await client.admin.offsets(name));
  }
  const found: PartitionLag[] = [];
  for (const { role, topic } of reading) {
    const name = names.topic(topic);
    const committed = await client.admin.committed(names.group(role), name);
    for (const { partition, first, end } of ends.get(name)!) {
      const position = committed.get(partition)?.offset;
      const lag = Math.max(0, end - Math.max(first, position ?? first));
      found.push({ stage: role, topic: name, partition, position, end, lag });
    }
  }
  return found;
}
