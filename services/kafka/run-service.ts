import { RmmError } from '../../lib/base/error.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import { retrying } from '../../lib/flow/backoff.js';
import { type HostOptions, hostService, type ServiceTools } from '../../lib/flow/host-service.js';
import type { LifecycleEnd, ServiceWork } from '../../lib/flow/lifecycle.js';
import type { KafkaClient } from '../../lib/kafka/client.js';
import { measureDisk } from '../../lib/telemetry/disk-metrics.js';
import { pauses, record, type ServiceContext } from './context.js';
import { ProgressView } from './progress-view.js';
import type { RunState } from './run-state.js';
import { refuseOtherConfiguration } from './same-run.js';
import type { ServicePart } from './service-part.js';
import type { ServiceName } from './stages.js';
import { controlOutputs, RunNames, topicKinds } from './topics.js';

/** The parts of a service; those that need a run on record start once there is one. */
export interface ServiceDefinition {
  readonly name: ServiceName;
  /** Whether it writes to the output directory: its disk is then watched. */
  readonly writes: boolean;
  /** Parts that run from the start, before the run is on record. */
  readonly atOnce?: (context: ServiceContext) => readonly ServicePart[];
  readonly parts: (context: ServiceContext) => readonly ServicePart[];
  /**
   * Resolves when the service has done what it was started for, where that is before the end of the run. Such a one
   * comes and goes: the run does not end with its failure either.
   */
  readonly done?: (context: ServiceContext, signal: AbortSignal) => Promise<void>;
}

export interface RunServiceOptions extends Pick<HostOptions, 'log' | 'clock' | 'onSignal' | 'host' | 'port'> {
  readonly loaded: LoadedConfig;
  readonly connect: (onNote: (text: string) => void) => Promise<KafkaClient>;
  readonly random: () => number;
}

/** Runs one service of the Kafka engine from its start to its end. */
export function runService(definition: ServiceDefinition, options: RunServiceOptions): Promise<LifecycleEnd> {
  const { loaded, log, clock, onSignal, host, port } = options;
  return hostService({
    service: definition.name,
    host,
    port,
    drainTimeoutMs: loaded.config.service.drain_timeout_ms,
    log,
    clock,
    onSignal,
    make: (tools) => new KafkaService(definition, options, tools),
  });
}

class KafkaService implements ServiceWork {
  readonly #definition: ServiceDefinition;
  readonly #options: RunServiceOptions;
  readonly #tools: ServiceTools;
  /** Aborted at the drain: parts finish what they hold. */
  readonly #draining = new AbortController();
  /** Aborted at the very end. */
  readonly #closing = new AbortController();
  #client: KafkaClient | undefined;
  #following: Promise<void> = Promise.resolve();
  #work: Promise<void> = Promise.resolve();
  #context: ServiceContext | undefined;
  /** Configuration and directory of this copy are those of the run on record. */
  #isAdmitted = false;
  /** Failures before this offset are of an earlier attempt. */
  #startedAt = 0;

  constructor(definition: ServiceDefinition, options: RunServiceOptions, tools: ServiceTools) {
    this.#definition = definition;
    this.#options = options;
    this.#tools = tools;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { loaded, random } = this.#options;
    const { log, health, clock, metrics } = this.#tools;
    const { kafka } = loaded.config;
    if (this.#definition.writes) measureDisk(metrics, loaded.outputDirectory, clock);
    const names = new RunNames(kafka.prefix);
    const connect = async () => {
      this.#client ??= await this.#options.connect((text) => log.warn('kafka', { text }, { key: text }));
      await refuseMissingTopics(this.#client, names);
      return this.#client;
    };
    const client = await this.#retrying('kafka', connect, signal);
    const pause = pauses(kafka.retry_max_ms, random, clock);
    const view = new ProgressView({
      client,
      topic: names.topic('progress'),
      pause,
      clock,
      onError: ({ code }) => this.#tools.error(code),
      onTrouble: (error) => {
        if (error === undefined) health.clear('progress');
        else health.fault('progress', error.message);
      },
    });
    this.#following = view.follow(this.#closing.signal);
    this.#following.catch(() => {});
    const context: ServiceContext = { loaded, names, client, view, tools: this.#tools, pause };
    this.#context = context;
    this.#startedAt = await view.catchUpSettled(signal);
    this.#work = this.#runParts(context);
    this.#work.catch(() => {});
  }

  async completion(): Promise<void> {
    const context = this.#context!;
    const ended = context.view.until((state) => this.#ending(state), this.#closing.signal);
    await Promise.race([
      ended.then((ending) => {
        if (ending?.failure !== undefined) throw ending.failure;
      }),
      this.#following,
      this.#work.then(() => new Promise<never>(() => {})),
      ...(this.#definition.done === undefined ? [] : [this.#definition.done(context, this.#closing.signal)]),
    ]).catch(async (error: unknown) => {
      await this.#tell(error);
      throw error;
    });
  }

  async drain(): Promise<void> {
    this.#draining.abort();
    await this.#work;
  }

  async close(): Promise<void> {
    this.#draining.abort();
    this.#closing.abort();
    await this.#work.catch(() => {});
    await this.#following.catch(() => {});
    await this.#client?.close();
  }

  async #runParts(context: ServiceContext): Promise<void> {
    const { signal } = this.#draining;
    const { atOnce, parts } = this.#definition;
    const running: Promise<void>[] = [];
    const start = (list: readonly ServicePart[]) => running.push(...list.map((part) => part.run(signal)));
    start(atOnce?.(context) ?? []);
    const rest = (async () => {
      const run = await context.view.until((state) => state.run, signal);
      if (run === undefined) return;
      refuseOtherConfiguration(run, context);
      const made = await this.#made(parts, context, signal);
      this.#isAdmitted = true;
      start(made);
      await Promise.all(running);
    })();
    await Promise.all([rest, ...running]);
  }

  /** Parts that write take their directory first: one whose disk is full is waited for. */
  async #made(
    parts: ServiceDefinition['parts'],
    context: ServiceContext,
    signal: AbortSignal,
  ): Promise<readonly ServicePart[]> {
    try {
      return await this.#retrying('parts', async () => parts(context), signal);
    } catch (error) {
      if (signal.aborted) return [];
      throw error;
    }
  }

  /** Tries again what may pass; `fault` stands on /ready meanwhile. */
  #retrying<Result>(fault: string, action: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const { health, clock } = this.#tools;
    const { loaded, random } = this.#options;
    const counted = async () => {
      try {
        return await action();
      } catch (error) {
        // One that no retry mends ends the service, and is counted there.
        if (error instanceof RmmError && error.spec.retry === true) this.#tools.error(error.code);
        throw error;
      }
    };
    return retrying(counted, {
      signal,
      random,
      maxMs: loaded.config.kafka.retry_max_ms,
      clock,
      onState: (state) => {
        if (state.state === 'failing') health.fault(fault, state.error.message);
        else health.clear(fault);
      },
    });
  }

  #ending(state: RunState): { readonly failure?: RmmError } | undefined {
    const { failed } = state;
    if (failed !== undefined && failed.at >= this.#startedAt)
      return {
        failure: new RmmError('service_failed', `${failed.service} failed: ${failed.message}`, {
          context: { code: failed.code },
        }),
      };
    return state.isFinished ? {} : undefined;
  }

  /**
   * Puts an error on record that ends the run for every service. A copy that does not get as far as working for a run,
   * since it has another configuration or may not write where it should, ends alone: the others do not need it.
   */
  async #tell(error: unknown): Promise<void> {
    const context = this.#context;
    if (context === undefined || (error instanceof RmmError && error.code === 'service_failed')) return;
    if (this.#definition.done !== undefined) return;
    if (!this.#isAdmitted && context.view.state.run !== undefined) return;
    const { name } = this.#definition;
    const { code, message } = error instanceof RmmError ? error : new RmmError('internal', String(error));
    try {
      const { client, names } = context;
      const id = names.transactionalId(`failure.${name}`);
      const producer = await client.producer(id, { outputs: controlOutputs(names) });
      await record(context, { producer }, [{ type: 'failed', service: name, code, message }]);
      await producer.close();
    } catch (cause) {
      this.#tools.log.warn('failure_not_told', { reason: String(cause) });
    }
  }
}

/** @throws kafka_topic_missing naming them all */
async function refuseMissingTopics(client: KafkaClient, names: RunNames): Promise<void> {
  const wanted = topicKinds.map((kind) => names.topic(kind));
  const found = new Set((await client.admin.describeTopics(wanted)).map(({ name }) => name));
  const missing = wanted.filter((name) => !found.has(name));
  if (missing.length === 0) return;
  throw new RmmError(
    'kafka_topic_missing',
    `the cluster lacks ${missing.join(', ')}; make the topics with \`rmmstream topics create CONFIG\``,
    { context: { topics: missing } },
  );
}
