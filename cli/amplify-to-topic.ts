import { systemClock } from '../lib/base/clock.js';
import { RmmError } from '../lib/base/error.js';
import { formatCount, formatDuration, formatRate } from '../lib/telemetry/format.js';
import { createLog, type Log } from '../lib/telemetry/log.js';
import type { Progress } from '../lib/telemetry/progress.js';
import type { LoadOrder } from '../services/amplify/load/load-order.js';
import { type WaitingLimit, waitingLimit } from '../services/amplify/load/waiting-limit.js';
import { type Cli, commandProgress, printResult } from './cli.js';
import { type ConfigOptions, loadForCommand } from './config-options.js';
import { whileShown } from './load-progress.js';
import { connectKafka } from './with-kafka.js';

/**
 * `rmmstream amplify --to-topic`: writes copies of the configuration's events to the topic `events` of its run, in the
 * place of ingest, until the order is delivered.
 * @throws config_conflict, amplify_empty, run_changed, interrupted
 */
export async function amplifyToTopic(
  cli: Cli,
  file: string,
  options: ConfigOptions,
  order: LoadOrder,
): Promise<void> {
  const loaded = loadForCommand(cli, file, options, 'background');
  const { config, profile } = loaded;
  refuseOtherEngine(config.engine.type, file);
  const limit = waitingLimit(order, config);
  const { openInputs } = await import('../services/pipeline/input-plan.js');
  const { deliveredOf } = await import('../services/amplify/load/delivered.js');
  const { loadService } = await import('../services/amplify/load/load-service.js');
  const { runService } = await import('../services/kafka/run-service.js');
  const { createTopics } = await import('../services/kafka/topic-commands.js');
  const { RunNames } = await import('../services/kafka/topics.js');
  const verify = config.input.verify_inputs;
  const opened = { config, profile, verify, signal: cli.signal, onFile: () => undefined };
  const parents = await openInputs(loaded.samples, opened);
  refuseEmpty(parents, file);
  const progress = commandProgress(cli);
  if (limit !== undefined)
    progress.note(limitText(order.maxWaiting!, config.continuous.write_interval_ms, limit));
  const client = await connectKafka(cli, loaded, (text) => progress.note(text));
  try {
    const { made } = await createTopics(client, config);
    if (made.length > 0) progress.note(`made ${made.length} topics with the prefix ${config.kafka.prefix}`);
    const look = () => deliveredOf(client, new RunNames(config.kafka.prefix));
    let isDone = false;
    const definition = loadService(order, parents, () => {
      isDone = true;
    });
    const view = { progress, look, ordered: order.events, nowMs: () => cli.nowMs() };
    const { result: end, seen } = await whileShown(view, () =>
      runService(definition, {
        loaded,
        log: noteLog(progress),
        clock: systemClock,
        host: config.service.host,
        port: config.service.port,
        random: Math.random,
        connect: (onNote) => connectKafka(cli, loaded, onNote),
        onSignal: (listener) => cli.onSignal(listener),
      }),
    );
    const { exit, forced, error } = end;
    if (forced) process.exit(exit);
    if (error !== undefined) throw error;
    if (!isDone) throw interrupted(seen.events, order);
    progress.finish('amplify');
    const result = {
      prefix: config.kafka.prefix,
      events: seen.events,
      made: seen.events - seen.before,
      seconds: seen.seconds,
      events_per_second: seen.rate ?? null,
    };
    printResult(cli, textOf(result), result);
  } finally {
    progress.close();
    await client.close();
  }
}

function refuseOtherEngine(type: string, file: string): void {
  if (type === 'kafka') return;
  throw new RmmError(
    'config_conflict',
    `${file} has engine.type: ${type}; --to-topic needs engine: { type: kafka, brokers: [host:port] }`,
  );
}

function refuseEmpty(parents: readonly { readonly entries: number }[], file: string): void {
  if (parents.some(({ entries }) => entries > 0)) return;
  throw new RmmError(
    'amplify_empty',
    `no event to copy in the samples of ${file}; name files that hold events under input.samples`,
  );
}

const news = new Set(['starting', 'planned']);

/** What a person should know of the service, as notes beside the progress. */
function noteLog(progress: Progress): Log {
  const log = createLog({
    service: 'amplify',
    style: 'text',
    write: (line) => progress.note(line.trimEnd()),
    clock: systemClock,
  });
  return { ...log, info: (event, fields, more) => news.has(event) && log.info(event, fields, more) };
}

function limitText(
  maxWaiting: number,
  intervalMs: number,
  { mostPerSecond, freeAbove }: WaitingLimit,
): string {
  return `--max-waiting ${maxWaiting}: scores count once they are in files, every ${formatDuration(intervalMs / 1000)} (continuous.write_interval_ms), so this load has at most some ${formatRate(mostPerSecond)}; a shorter interval gives more, and above ${freeAbove} (events of all open windows of files) it is as fast as the slowest stage`;
}

function interrupted(events: number, { events: ordered }: LoadOrder): RmmError {
  const of = ordered === undefined ? '' : ` of ${formatCount(ordered)}`;
  return new RmmError(
    'interrupted',
    `interrupted: ${formatCount(events)}${of} events are on the topic; the same command goes on`,
  );
}

function textOf(result: {
  readonly prefix: string;
  readonly events: number;
  readonly made: number;
  readonly seconds: number;
  readonly events_per_second: number | null;
}): string {
  const { prefix, events, made, seconds, events_per_second: rate } = result;
  const held = rate === null ? '' : ` in ${seconds.toFixed(1)} s: ${formatRate(rate)}`;
  const now = made === events ? held : `, ${formatCount(made)} of them now${held}`;
  return `${prefix}.events: ${formatCount(events)} amplified events${now}. Load, not physics.`;
}
