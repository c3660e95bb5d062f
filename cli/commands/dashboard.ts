import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import { type Cli, commandNote } from '../cli.js';
import { addSetOption, type ConfigOptions, loadForCommand } from '../config-options.js';
import { connectKafka } from '../with-kafka.js';

interface DashboardOptions extends ConfigOptions {
  readonly config: string;
  readonly serve?: string | true;
}

export function registerDashboard(program: Command, cli: Cli): void {
  const command = program
    .command('dashboard')
    .description(
      'Serves a live page of a run over Kafka: dataflow, lag, losses, scores, events. It only looks.',
    )
    .requiredOption('--config <file>', 'configuration file (YAML) of the run')
    .option(
      '--serve [host:port]',
      'where: by default on 127.0.0.1:9470, this machine only; port 0 takes a free one',
    )
    .option('--output <directory>', 'where the run writes (output.directory)')
    .addHelpText(
      'after',
      '\nServices are asked at live.services, and those of a run on this machine where they are. Ctrl-C ends the page; the run\ngoes on. A run in one process has its page with `rmmstream run --serve`.\n\nExamples:\n  rmmstream dashboard --config analysis.yaml\n  rmmstream dashboard --config analysis.yaml --set "live.services=[ingest:9464, scorer:9464]" --serve 0.0.0.0:9470',
    );
  addSetOption(command).action(async (options: DashboardOptions) => {
    const loaded = loadWithInputs(cli, options);
    const { type } = loaded.config.engine;
    if (type !== 'kafka') {
      throw new RmmError(
        'config_conflict',
        `${options.config} has engine.type: ${type}; the page of a run in one process is served by the run itself: rmmstream run ${options.config} --serve`,
      );
    }
    const { serveKafka } = await import('../../services/live/kafka/live-kafka.js');
    const { serveAddress, usualAddress } = await import('../../services/live/serve-address.js');
    const { tokenOf } = await import('../../services/live/token.js');
    const { serve = true } = options;
    const address = serve === true ? usualAddress : serveAddress(serve);
    const token = tokenOf(cli.environment);
    const say = commandNote(cli);
    const client = await connectKafka(cli, loaded, say);
    try {
      cli.signal.throwIfAborted();
      await serveKafka({
        loaded,
        client,
        title: options.config,
        address,
        token,
        signal: cli.signal,
        say,
      });
    } finally {
      await client.close();
    }
  });
}

/** With the input files where they are here: events are shown from them. Elsewhere the page does without. */
function loadWithInputs(cli: Cli, options: DashboardOptions): LoadedConfig {
  try {
    return loadForCommand(cli, options.config, options, 'none');
  } catch {
    return loadForCommand(cli, options.config, options, 'none', { resolveFiles: false });
  }
}
