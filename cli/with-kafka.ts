import type { LoadedConfig } from '../lib/config/index.js';
import type { KafkaClient } from '../lib/kafka/client.js';
import type { Cli } from './cli.js';
import { type ConfigOptions, loadForCommand } from './config-options.js';

export interface KafkaCommand {
  readonly client: KafkaClient;
  readonly config: LoadedConfig['config'];
  readonly loaded: LoadedConfig;
}

/** Runs a command against the cluster of a configuration, whose input files need not be there. */
export async function withKafka(
  cli: Cli,
  file: string,
  options: ConfigOptions,
  body: (command: KafkaCommand) => Promise<void>,
): Promise<void> {
  const loaded = loadForCommand(cli, file, options, 'none', { resolveFiles: false });
  const client = await connectKafka(cli, loaded);
  try {
    await body({ client, config: loaded.config, loaded });
  } finally {
    await client.close();
  }
}

/** Connects to the cluster that the configuration names. @throws config_conflict without engine.type kafka */
export async function connectKafka(
  cli: Cli,
  { config, folder }: LoadedConfig,
  onNote: (text: string) => void = (text) => cli.stderr.write(`${text}\n`),
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
