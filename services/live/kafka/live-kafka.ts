import { systemClock } from '../../../lib/base/clock.js';
import { RmmError } from '../../../lib/base/error.js';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { sleep } from '../../../lib/flow/backoff.js';
import type { KafkaClient, PartitionReader } from '../../../lib/kafka/client.js';
import { isReplaced, type RunView, withRunView } from '../../kafka/run-view.js';
import { LivePage } from '../live-page.js';
import { LiveModel } from '../model/live-model.js';
import { boardOptions } from '../scores/board-options.js';
import { scoreFiles } from '../scores/score-files.js';
import type { ServeAddress } from '../serve-address.js';
import type { Token } from '../token.js';
import { brokerFacts } from './broker-facts.js';
import { kafkaFlow } from './kafka-flow.js';
import { PromptPositions } from './prompt-positions.js';
import { kafkaPhases, tellPhases } from './run-phases.js';
import { ServicePages } from './service-pages.js';
import { StageKeeper } from './stage-keeper.js';
import { limitsOf, tellRun } from './tell-run.js';

export interface LiveKafkaOptions {
  readonly loaded: LoadedConfig;
  readonly client: KafkaClient;
  readonly title: string;
  readonly address: ServeAddress;
  readonly token: Token;
  /** Ends the page; the run goes on. */
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

const lookMs = 2_000;
/** Codes of a run that is not there yet, or of brokers that do not answer now: both may pass. */
const passing = ['run_not_on_record', 'kafka_topic_missing'];

const control = {
  available: false,
  why: 'This page only looks at the services: each of them is stopped (it drains at SIGTERM) and started where it runs, by compose, Kubernetes or `rmmstream service`.',
};

/**
 * The live page of a run over Kafka, until `signal` is aborted: looks at brokers, services and the output directory, and
 * changes nothing. A run that takes the place of another one on its topics is shown from its own beginning.
 * @throws serve_address_unusable, run_changed where the topics hold a run of another configuration
 */
export async function serveKafka(options: LiveKafkaOptions): Promise<void> {
  const { loaded, client, signal, say, title } = options;
  const { wallMs } = systemClock;
  const flow = kafkaFlow(loaded.config);
  const model = new LiveModel({
    engine: 'kafka',
    title,
    flow,
    phases: kafkaPhases,
    control,
    limits: [],
    score: boardOptions(loaded),
    startedMs: wallMs(),
  });
  const page = await LivePage.open({ ...options, model, control: undefined, wallMs });
  let keeper = new StageKeeper(model, flow.stages);
  let shown: string | undefined;
  try {
    while (!signal.aborted) {
      try {
        await withRunView({ loaded, client, signal, random: Math.random, clock: systemClock }, (run) => {
          const { topics } = run.view.state.run!;
          if (shown !== undefined && topics !== shown) {
            page.restart();
            keeper = new StageKeeper(model, flow.stages);
          }
          shown = topics;
          return follow(run, model, page, keeper);
        });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof RmmError) || !(passing.includes(error.code) || error.spec.retry === true))
          throw error;
        model.runState('starting', wallMs(), error.message);
      }
      await sleep(lookMs, signal).catch(() => {});
    }
  } finally {
    await page.close().catch((error: unknown) => say(String(error)));
  }
}

/** The run that is shown, and what keeps the page up with it. */
interface Followed {
  readonly run: RunView;
  readonly model: LiveModel;
  readonly page: LivePage;
  readonly keeper: StageKeeper;
  readonly progress: PartitionReader;
  readonly positions: PromptPositions;
  readonly services: ServicePages;
}

/** Looks again and again, until another run has taken the place of this one. */
async function follow(run: RunView, model: LiveModel, page: LivePage, keeper: StageKeeper): Promise<void> {
  const progress = run.client.reader(run.names.topic('progress'), 0);
  const positions = new PromptPositions(run.client.admin);
  const services = new ServicePages(run.loaded);
  try {
    while (!run.signal.aborted && (await look({ run, model, page, keeper, progress, positions, services })))
      await sleep(lookMs, run.signal).catch(() => {});
  } finally {
    await progress.close();
  }
}

/** @returns whether the run is still the one on the topics */
async function look({ run, model, page, keeper, progress, positions, services }: Followed): Promise<boolean> {
  const { loaded, signal, view } = run;
  const nowMs = () => systemClock.steadyMs();
  const scrapes = await services.ask({ signal, nowMs });
  const { found: facts, trouble } = await answerOf(async () => {
    if (await isReplaced(run, progress)) return 'replaced';
    view.assertFollowed();
    return brokerFacts(run, nowMs(), positions);
  });
  if (signal.aborted || facts === 'replaced') return false;
  const atMs = systemClock.wallMs();
  keeper.take(scrapes, facts, atMs);
  tellPhases(model, view.state, keeper.whole);
  tellRun(view.state, model, trouble, atMs);
  const files = scoreFiles(loaded.outputDirectory, view.state.run!.topics);
  for (const path of files ?? []) page.scores.take(path);
  model.limits(limitsOf(scrapes, files !== undefined));
  return true;
}

/** What brokers answer; nothing, and why, where they do not now, which may pass. */
async function answerOf<Found>(
  ask: () => Promise<Found>,
): Promise<{ readonly found: Found | undefined; readonly trouble: string }> {
  try {
    return { found: await ask(), trouble: '' };
  } catch (error) {
    if (!(error instanceof RmmError) || error.spec.retry !== true) throw error;
    return {
      found: undefined,
      trouble: `Brokers do not answer, and what they know is shown as they said it last: ${error.message}`,
    };
  }
}
