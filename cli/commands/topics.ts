import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import type { KafkaClient } from '../../lib/kafka/client.js';
import { formatBytes, formatCount } from '../../lib/telemetry/format.js';
import { renderTable } from '../../lib/telemetry/table.js';
import type { PartitionLag, TopicContents } from '../../services/kafka/topic-commands.js';
import { type Cli, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions, loadForCommand } from '../config-options.js';
import { withKafka } from '../with-kafka.js';

type Topics = typeof import('../../services/kafka/topic-commands.js');

export function registerTopics(program: Command, cli: Cli): void {
  const topics = program
    .command('topics')
    .description('The topics of a run over Kafka: makes, shows and deletes them, and says who is behind.')
    .addHelpText(
      'after',
      '\nExamples:\n  rmmstream topics create analysis.yaml\n  rmmstream topics lag analysis.yaml\n  rmmstream topics delete analysis.yaml --yes',
    );
  add(
    topics,
    cli,
    'create',
    'Makes the topics that are missing, as kafka.topics says.',
    async (client, config, lib, options, file) => {
      // What is wrong with an input file is told before anything is made.
      const disk = await diskText(cli, file, options);
      const { made, there } = await lib.createTopics(client, config);
      const text = [
        ...made.map((name) => `made     ${name}`),
        ...there.map((name) => `is there ${name}`),
        disk.text,
      ].filter((line) => line !== '');
      printResult(cli, text.join('\n'), { made, there, ...disk.object });
    },
    (_, options, file) => void loadForCommand(cli, file, options, 'none'),
  );
  add(
    topics,
    cli,
    'describe',
    'Shows partitions, leaders, settings and how much is in each topic.',
    async (client, config, lib) => {
      const contents = await lib.describeTopics(client, config);
      printResult(cli, describeText(contents), contents.map(describeObject));
    },
  );
  add(
    topics,
    cli,
    'lag',
    'Shows for each stage and partition how many offsets wait.',
    async (client, config, lib) => {
      const lags = await lib.lagOf(client, config);
      printResult(cli, lagText(lags), lags);
    },
  );
  add(
    topics,
    cli,
    'delete',
    'Deletes the topics and groups of a run, with everything in them.',
    async (client, config, lib) => {
      const deleted = await lib.deleteTopics(client, config);
      printResult(cli, deleted.map((name) => `deleted ${name}`).join('\n') || 'there was nothing to delete', {
        deleted,
      });
    },
    refuseWithoutYes,
  ).option('--yes', 'really delete');
}

interface TopicOptions extends ConfigOptions {
  readonly yes?: boolean;
}

function add(
  topics: Command,
  cli: Cli,
  name: string,
  description: string,
  action: (
    client: KafkaClient,
    config: Config,
    lib: Topics,
    options: TopicOptions,
    file: string,
  ) => Promise<void>,
  refuse: (config: Config, options: TopicOptions, file: string) => void = () => {},
): Command {
  const command = topics
    .command(name)
    .description(description)
    .argument('<config>', 'configuration file (YAML)');
  return addSetOption(command).action((file: string, options: TopicOptions) =>
    withKafka(
      cli,
      file,
      options,
      async ({ client, config }) => {
        await action(client, config, await import('../../services/kafka/topic-commands.js'), options, file);
      },
      (config) => refuse(config, options, file),
    ),
  );
}

function refuseWithoutYes({ kafka }: Config, { yes }: TopicOptions): void {
  if (yes === true) return;
  throw new RmmError(
    'cli_usage',
    `this deletes every topic of the run that begins with ${kafka.prefix}. and what is in it; say --yes if you mean it`,
  );
}

/** What the topics of a bounded run will take on the brokers' disks. */
async function diskText(
  cli: Cli,
  file: string,
  options: ConfigOptions,
): Promise<{ text: string; object: object }> {
  const loaded = loadForCommand(cli, file, options, 'none');
  const { config } = loaded;
  if (config.input.mode !== 'bounded' || loaded.samples.length === 0) return { text: '', object: {} };
  const { diskNeeded } = await import('../../services/kafka/disk-needed.js');
  const { entries, bytes } = await diskNeeded(loaded, cli.signal);
  return {
    text: `${formatCount(entries)} events will take up to ${formatBytes(bytes)} on the disks of the brokers, until \`rmmstream topics delete\``,
    object: { entries, disk_bytes: bytes },
  };
}

const right = { align: 'right' } as const;

function describeText(contents: readonly TopicContents[]): string {
  const rows = contents.map(({ topic, offsets }) => [
    topic.name,
    String(topic.partitions.length),
    String(topic.partitions[0]?.replicas.length ?? 0),
    formatCount(offsets.reduce((sum, { first, end }) => sum + end - first, 0)),
    topic.settings['cleanup.policy'] ?? '',
    topic.partitions.every(({ leader, replicas, inSync }) => leader >= 0 && inSync.length === replicas.length)
      ? 'all in sync'
      : problems(topic.partitions),
  ]);
  return renderTable(
    [
      { title: 'topic' },
      { title: 'partitions', ...right },
      { title: 'replicas', ...right },
      { title: 'offsets', ...right },
      { title: 'clean-up' },
      { title: 'state' },
    ],
    rows,
  );
}

function problems(partitions: TopicContents['topic']['partitions']): string {
  const headless = partitions.filter(({ leader }) => leader < 0).length;
  const behind = partitions.filter(({ replicas, inSync }) => inSync.length < replicas.length).length;
  const parts = [headless > 0 ? `${headless} without leader` : '', behind > 0 ? `${behind} not in sync` : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function describeObject({ topic, offsets }: TopicContents): object {
  return {
    topic: topic.name,
    settings: topic.settings,
    partitions: topic.partitions.map((partition) => ({
      ...partition,
      ...offsets.find((found) => found.partition === partition.partition),
    })),
  };
}

function lagText(lags: readonly PartitionLag[]): string {
  const rows = lags.map(({ stage, topic, partition, position, end, lag }) => [
    stage,
    topic,
    String(partition),
    position === undefined ? '-' : formatCount(position),
    formatCount(end),
    formatCount(lag),
  ]);
  return renderTable(
    [
      { title: 'stage' },
      { title: 'topic' },
      { title: 'partition', ...right },
      { title: 'position', ...right },
      { title: 'end', ...right },
      { title: 'lag', ...right },
    ],
    rows,
  );
}
