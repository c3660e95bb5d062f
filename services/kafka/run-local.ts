import { readFileSync, rmSync } from 'node:fs';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import { sleep } from '../../lib/flow/backoff.js';
import { takeRunLock } from '../../lib/flow/run-lock.js';
import type { KafkaClient } from '../../lib/kafka/client.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import { everythingOf, layoutOf } from '../pipeline/layout.js';
import { manifestOf } from '../pipeline/manifest.js';
import { prepareFolder } from '../pipeline/output-path.js';
import type { RunReport } from '../pipeline/report.js';
import type { RunOutcome } from '../pipeline/run.js';
import { pauses } from './context.js';
import { LocalAddresses } from './local-addresses.js';
import { LocalProgress } from './local-progress.js';
import { ProgressView } from './progress-view.js';
import { refuseOtherRun } from './same-run.js';
import { serviceNames } from './stages.js';
import { type ServiceProcess, Supervisor } from './supervisor.js';
import { createTopics, deleteTopics } from './topic-commands.js';
import { RunNames } from './topics.js';

export interface LocalRunRequest {
  readonly loaded: LoadedConfig;
  readonly client: KafkaClient;
  /** Deletes topics, groups and outputs of an earlier run first. */
  readonly fresh: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly clock: Parameters<typeof pauses>[2];
  /** Command line of a service, without the program. */
  readonly command: (process: ServiceProcess) => readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Hears the process number of every service that starts. */
  readonly onStart?: (process: ServiceProcess, pid: number) => void;
}

/**
 * `rmmstream run` on a Kafka cluster: makes the topics, starts every service as a process of this machine, and
 * waits for the end of the run. A run without end goes on until `signal` is aborted.
 */
export async function runLocal(request: LocalRunRequest): Promise<RunOutcome> {
  const { loaded, client, progress, signal } = request;
  const { config, outputDirectory } = loaded;
  const layout = layoutOf(outputDirectory);
  prepareFolder(outputDirectory);
  const release = takeRunLock(layout.lock);
  const closing = new AbortController();
  try {
    if (request.fresh) {
      await deleteTopics(client, config);
      for (const path of everythingOf(layout))
        if (path !== layout.work) rmSync(path, { recursive: true, force: true });
      rmSync(`${layout.work}/kafka`, { recursive: true, force: true });
    }
    const { made } = await createTopics(client, config);
    if (made.length > 0) progress.note(`made ${made.length} topics with the prefix ${config.kafka.prefix}`);
    const names = new RunNames(config.kafka.prefix);
    const view = new ProgressView({
      client,
      topic: names.topic('progress'),
      pause: pauses(config.kafka.retry_max_ms, request.random, request.clock),
      clock: request.clock,
      onTrouble: (error) => progress.note(error === undefined ? 'brokers answer again' : error.message),
    });
    const following = view.follow(closing.signal);
    following.catch(() => {});
    await view.catchUpSettled(signal);
    const { run } = view.state;
    if (run !== undefined)
      refuseOtherRun(run, { ...manifestOf(loaded, []), inputs: run.inputs }, config.kafka.prefix);
    if (view.state.isFinished)
      return { directory: outputDirectory, state: 'finished-before', report: readReport(layout.runJson) };
    return await supervise(request, view);
  } finally {
    progress.close();
    closing.abort();
    release();
  }
}

async function supervise(request: LocalRunRequest, view: ProgressView): Promise<RunOutcome> {
  const { loaded, client, progress, signal, clock } = request;
  const { config, outputDirectory } = loaded;
  const names = new RunNames(config.kafka.prefix);
  const shown = new LocalProgress(client, names, view, progress, config);
  const processes = serviceNames.flatMap((service) =>
    Array.from({ length: config.engine.copies[service] }, (_, copy): ServiceProcess => ({ service, copy })),
  );
  const addresses = new LocalAddresses(outputDirectory);
  const supervisor = new Supervisor({
    processes,
    command: request.command,
    environment: request.environment,
    graceMs: config.service.drain_timeout_ms + 5_000,
    onLine: (process, line) => {
      addresses.line(process, line);
      shown.line(`${process.service} ${process.copy}`, line);
    },
    onRestart: ({ service, copy }, how) => progress.note(`${service} ${copy} ${how}; it is started again`),
    ...(request.onStart === undefined ? {} : { onStart: request.onStart }),
  });
  supervisor.start();
  const watching = new AbortController();
  const finished = view.until((state) => (state.isFinished ? true : undefined), watching.signal);
  // A picture for a person: brokers that do not give it end no run, least of all one that is finished.
  const look = () => shown.look().catch(() => {});
  const showing = (async () => {
    while (!watching.signal.aborted) {
      await look();
      await sleep(500, watching.signal, clock).catch(() => {});
    }
  })();
  const interrupted = new Promise<'interrupted'>((resolve) => {
    if (signal.aborted) resolve('interrupted');
    else signal.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  try {
    const how = await Promise.race([finished, supervisor.failure, interrupted]);
    if (how === 'interrupted')
      throw new RmmError('interrupted', 'interrupted; the same command goes on where it stopped');
    await supervisor.ended();
    await look();
    const report = readReport(layoutOf(outputDirectory).runJson);
    return { directory: outputDirectory, state: 'done', report };
  } catch (error) {
    await supervisor.stop();
    throw shown.failureOf(error);
  } finally {
    watching.abort();
    addresses.remove();
    await showing;
  }
}

function readReport(path: string): RunReport {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunReport;
  } catch (error) {
    throw fromSystemError(error, 'reading', path);
  }
}
