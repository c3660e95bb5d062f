import { type Command, Option } from 'commander';
import { systemClock } from '../../lib/base/clock.js';
import { RmmError } from '../../lib/base/error.js';
import { shownText } from '../../lib/telemetry/shown-text.js';
import { RunNames } from '../../services/kafka/topics.js';
import type { HeaderIs } from '../../services/tap/sampling.js';
import { directoryTarget, kafkaTarget } from '../../services/tap/tap-target.js';
import type { TapOptions as TopicTapOptions } from '../../services/tap/topic-tap.js';
import { type Cli, printResult, untilLeft } from '../cli.js';
import { addSetOption, type ConfigOptions } from '../config-options.js';
import { wholeNumber } from '../numbers.js';
import { runTarget } from '../run-target.js';
import { fileObject, fileText, messageObject, messageText } from '../tap-page.js';
import { withKafka } from '../with-kafka.js';

interface TapOptions extends ConfigOptions {
  readonly limit: string;
  readonly events: string;
  readonly rate?: string;
  readonly from: 'beginning' | 'end';
  readonly partition?: string;
  readonly where: readonly string[];
}

/** The numbers of the options. */
interface Wanted {
  readonly limit: number;
  readonly events: number;
  readonly rate: number | undefined;
  readonly from: 'beginning' | 'end';
  readonly partition: number | undefined;
  readonly where: readonly HeaderIs[];
}

export function registerTap(program: Command, cli: Cli): void {
  const command = program
    .command('tap')
    .description('Shows messages of a topic, or what a stage writes, as a person reads them.')
    .argument(
      '<config|directory>',
      'configuration file (YAML), or the output directory of a run in one process',
    )
    .argument(
      '<topic|stage>',
      'events, selected, features, dead-letters ..., a stage such as featurizer, or scores',
    )
    .option('--limit <number>', 'messages to show', '5')
    .option('--events <number>', 'events to show of each', '3')
    .option('--rate <number>', 'show at most so many messages a second, and pass over what comes between')
    .addOption(
      new Option(
        '--from <place>',
        'beginning: what is there; end: of a topic what comes from now on, until interrupted; of files the last ones first',
      )
        .choices(['beginning', 'end'])
        .default('beginning'),
    )
    .option('--partition <number>', 'of this partition only')
    .option(
      '--where <header=value>',
      'only messages with this header, for example --where sample=zee (repeatable)',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option('--output <directory>', 'where the run writes (output.directory)')
    .addHelpText(
      'after',
      '\nReads only: joins no group, takes no partition from anybody, commits nothing.\n\nExamples:\n  rmmstream tap analysis.yaml features --limit 1\n  rmmstream tap analysis.yaml dead-letters --from end --json\n  rmmstream tap out scores --events 5',
    );
  addSetOption(command).action(async (given: string, name: string, options: TapOptions) => {
    const wanted = wantedOf(options);
    const target = runTarget(cli, given, options);
    if (target.kind === 'directory') {
      refuseForFiles(options);
      await showFiles(cli, target.directory, directoryTarget(name), wanted);
      return;
    }
    const { config, outputDirectory } = target.loaded;
    const found = kafkaTarget(name, config.kafka.prefix);
    if (found.kind === 'files') {
      refuseForFiles(options);
      await showFiles(cli, outputDirectory, found.stage, wanted);
    } else await showTopic(cli, given, options, found.topic, wanted);
  });
}

/** Files have no partitions, no time in which they come, and no headers. */
function refuseForFiles({ partition, rate, where }: TapOptions): void {
  const given = [
    ...(partition === undefined ? [] : ['--partition']),
    ...(rate === undefined ? [] : ['--rate']),
    ...(where.length === 0 ? [] : ['--where']),
  ];
  if (given.length === 0) return;
  throw new RmmError(
    'cli_usage',
    `${given.join(', ')}: for messages of a topic only; what is asked for here is in files`,
  );
}

function wantedOf(options: TapOptions): Wanted {
  const number = (name: string, given: string, from: number, to: number) =>
    wholeNumber(`--${name}`, given, { from, to });
  return {
    limit: number('limit', options.limit, 1, 1e9),
    events: number('events', options.events, 0, 8192),
    rate: options.rate === undefined ? undefined : number('rate', options.rate, 1, 1000),
    from: options.from,
    partition: options.partition === undefined ? undefined : number('partition', options.partition, 0, 1023),
    where: options.where.map((text) => {
      const cut = text.indexOf('=');
      if (cut > 0) return { name: text.slice(0, cut), value: text.slice(cut + 1) };
      throw new RmmError(
        'cli_usage',
        `--where ${text}: expected HEADER=VALUE, for example --where sample=zee`,
      );
    }),
  };
}

async function showFiles(
  cli: Cli,
  directory: string,
  stage: 'features' | 'scores',
  { limit, events, from }: Wanted,
): Promise<void> {
  const { tapDirectory } = await import('../../services/tap/directory-tap.js');
  let shown = 0;
  for await (const view of tapDirectory({ directory, stage, from, mostEvents: events })) {
    cli.signal.throwIfAborted();
    if (cli.stdout.gone?.aborted === true) return;
    printResult(cli, `${shown === 0 ? '' : '\n'}${fileText(view)}`, fileObject(view));
    shown += 1;
    if (shown === limit) return;
  }
}

async function showTopic(
  cli: Cli,
  file: string,
  options: ConfigOptions,
  kind: Parameters<RunNames['topic']>[0],
  { limit, events, rate, from, partition, where }: Wanted,
): Promise<void> {
  const { tapTopic } = await import('../../services/tap/topic-tap.js');
  const { viewMessage } = await import('../../services/tap/message-view.js');
  const { fits, Sampling } = await import('../../services/tap/sampling.js');
  const { pauses } = await import('../../services/kafka/context.js');
  await withKafka(cli, file, options, async ({ client, config }) => {
    const topic = new RunNames(config.kafka.prefix).topic(kind);
    // Whoever waits for what comes ends with an interrupt: nothing has failed then.
    const { signal, giveBack } = untilLeft(cli);
    const sampling = new Sampling(rate);
    let shown = 0;
    const tapped: TopicTapOptions = {
      client,
      topic,
      from,
      signal,
      pause: pauses(config.kafka.retry_max_ms, Math.random, systemClock),
      onTrouble: (of, { message }) =>
        cli.stderr.write(`${shownText(`partition ${of}: ${message}; tries again`)}\n`),
      ...(partition === undefined ? {} : { partition }),
    };
    try {
      for await (const found of tapTopic(tapped)) {
        const { message } = found;
        if (!fits(message.headers, where) || !sampling.take(cli.nowMs())) continue;
        const view = viewMessage(kind, { topic, partition: found.partition }, message, events);
        const skipped = sampling.passedOver();
        const between = skipped === 0 ? '' : `${skipped} messages passed over\n\n`;
        printResult(
          cli,
          `${shown === 0 ? '' : '\n'}${between}${messageText(view)}`,
          messageObject(view, skipped),
        );
        shown += 1;
        if (shown === limit) return;
      }
    } finally {
      giveBack();
    }
    const left = sampling.passedOver();
    if (left > 0) cli.stderr.write(cli.json ? `{"skipped":${left}}\n` : `${left} messages passed over\n`);
    else if (shown === 0 && !cli.json) cli.stderr.write(`no message of ${topic} to show\n`);
  });
}
