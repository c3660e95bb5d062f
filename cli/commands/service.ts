import type { Command } from 'commander';
import { systemClock } from '../../lib/base/clock.js';
import { RmmError } from '../../lib/base/error.js';
import { didYouMean } from '../../lib/config/index.js';
import { createLog } from '../../lib/telemetry/log.js';
import { type ServiceName, serviceNames } from '../../services/kafka/stages.js';
import type { Cli } from '../cli.js';
import { addConfigOptions, type ConfigOptions, loadForCommand } from '../config-options.js';
import { connectKafka } from '../with-kafka.js';

interface ServiceOptions extends ConfigOptions {
  readonly config: string;
  readonly host?: string;
  readonly port?: string;
  readonly drainWithStdin?: boolean;
}

export function registerService(program: Command, cli: Cli): void {
  const command = program
    .command('service')
    .description('Runs one stage as a service over Kafka, as many copies as you like.')
    .argument('<name>', serviceNames.join(', '))
    .requiredOption('--config <file>', 'configuration file (YAML), the same for every service')
    .option('--host <address>', 'where /live, /ready and /metrics are served (service.host)')
    .option('--port <number>', 'their port; 0 takes a free one (service.port)')
    .option(
      '--drain-with-stdin',
      'drain when stdin closes too: for whoever starts services as child processes',
    )
    .addHelpText(
      'after',
      '\nThe first SIGTERM or SIGINT drains, a second one ends at once. A bounded run ends by itself.\nTopics are made with `rmmstream topics create CONFIG`.\n\nExamples:\n  rmmstream service featurizer --config analysis.yaml --port 9464',
    );
  addConfigOptions(command).action(async (name: string, options: ServiceOptions) => {
    const service = serviceOf(name);
    // Only ingest reads them: other services run on machines that have none.
    const resolveFiles = service === 'ingest';
    const loaded = loadForCommand(cli, options.config, withAddress(options), 'background', { resolveFiles });
    refuseOtherEngine(loaded.config.engine.type, options.config);
    const { runService } = await import('../../services/kafka/run-service.js');
    const { definitionOf } = await import('../../services/kafka/definitions.js');
    const clock = systemClock;
    const log = createLog({
      service,
      style: cli.stderr.isTerminal && !cli.json ? 'text' : 'json',
      write: (line) => cli.stderr.write(line),
      clock,
    });
    const { exit, forced, error } = await runService(await definitionOf(service), {
      loaded,
      log,
      clock,
      host: loaded.config.service.host,
      port: loaded.config.service.port,
      random: Math.random,
      connect: (onNote) => connectKafka(cli, loaded, onNote),
      onSignal: (listener) => onSignals(cli, listener, options.drainWithStdin === true),
    });
    // Something may still hang.
    if (forced) process.exit(exit);
    if (error !== undefined) throw error;
  });
}

/** Signals of the process, and the end of stdin where whoever started us holds its other side. */
function onSignals(cli: Cli, listener: () => void, stdin: boolean): () => void {
  const giveBack = cli.onSignal(listener);
  if (!stdin) return giveBack;
  // The pipe ends and closes; a second call would force the end.
  const ended = () => {
    process.stdin.off('end', ended).off('close', ended);
    listener();
  };
  process.stdin.on('end', ended).on('close', ended).resume();
  return () => {
    process.stdin.off('end', ended).off('close', ended).pause();
    giveBack();
  };
}

function withAddress(options: ServiceOptions): ConfigOptions {
  const set = [...(options.set ?? [])];
  if (options.host !== undefined) set.push(`service.host=${options.host}`);
  if (options.port !== undefined) set.push(`service.port=${options.port}`);
  return { ...options, set };
}

function serviceOf(name: string): ServiceName {
  const found = serviceNames.find((known) => known === name);
  if (found !== undefined) return found;
  throw new RmmError(
    'cli_usage',
    `there is no service ${name}${didYouMean(name, serviceNames)}; expected one of ${serviceNames.join(', ')}`,
  );
}

function refuseOtherEngine(type: string, file: string): void {
  if (type === 'kafka') return;
  throw new RmmError(
    'config_conflict',
    `${file} has engine.type: ${type}; a service needs engine: { type: kafka, brokers: [host:port] }`,
  );
}
