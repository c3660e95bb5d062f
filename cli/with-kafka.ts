import { systemClock } from '../lib/base/clock.js';
import type { LoadedConfig } from '../lib/config/index.js';
import type { KafkaClient } from '../lib/kafka/client.js';
import type { RunView } from '../services/kafka/run-view.js';
import { type Cli, commandNote } from './cli.js';
import { type ConfigOptions, loadForCommand } from './config-options.js';

export interface KafkaCommand {
  readonly client: KafkaClient;
  readonly config: LoadedConfig['config'];
  readonly loaded: LoadedConfig;
}

/**
 * Runs a command against the cluster of a configuration, whose input files need not be there.
 * @param refuse throws before anything is connected
 */
export async function withKafka(
  cli: Cli,
  file: string,
  options: ConfigOptions,
  body: (command: KafkaCommand) => Promise<void>,
  refuse: (config: LoadedConfig['config']) => void = () => {},
): Promise<void> {
  const loaded = loadForCommand(cli, file, options, 'none', { resolveFiles: false });
  refuse(loaded.config);
  const client = await connectKafka(cli, loaded);
  try {
    await body({ client, config: loaded.config, loaded });
  } finally {
    await client.close();
  }
}

/** The same for a command that looks at the run on the topics. @throws run_not_on_record, run_changed */
export async function withRun(
  cli: Cli,
  file: string,
  options: ConfigOptions,
  body: (run: RunView) => Promise<void>,
): Promise<void> {
  await withKafka(cli, file, options, async ({ client, loaded }) => {
    const { withRunView } = await import('../services/kafka/run-view.js');
    const { signal } = cli;
    await withRunView({ loaded, client, signal, random: Math.random, clock: systemClock }, body);
  });
}

/** Connects to the cluster that the configuration names. @throws config_conflict without engine.type kafka */
export async function connectKafka(
  cli: Cli,
  { config, folder }: LoadedConfig,
  onNote: (text: string) => void = commandNote(cli),
): Promise<KafkaClient> {
  const { openKafka } = await import('../lib/kafka/open.js');
  const { connectionOf } = await import('../services/kafka/connection.js');
  return openKafka(
    connectionOf(config, {
      environment: cli.environment,
      folder,
      clientId: `rmmstream-${process.pid}`,
      onNote,
    }),
  );
}
