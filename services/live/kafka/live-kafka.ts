import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../lib/base/clock.js';
import { RmmError } from '../../../lib/base/error.js';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { sleep } from '../../../lib/flow/backoff.js';
import type { KafkaClient } from '../../../lib/kafka/client.js';
import { type RunView, withRunView } from '../../kafka/run-view.js';
import { layoutOf } from '../../pipeline/layout.js';
import type { Scrape } from '../../top/scrape.js';
import { LivePage } from '../live-page.js';
import { kafkaFlow } from '../model/flows.js';
import { LiveModel } from '../model/live-model.js';
import { boardOptions } from '../scores/score-reader.js';
import type { ServeAddress } from '../serve-address.js';
import type { Token } from '../token.js';
import { brokerFacts, StageKeeper } from './kafka-look.js';
import { kafkaPhases, tellPhases } from './run-phases.js';
import { servicePages } from './service-pages.js';

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
 * changes nothing.
 * @throws serve_address_unusable, run_changed where the topics hold another run
 */
export async function serveKafka(options: LiveKafkaOptions): Promise<void> {
  const { loaded, client, signal, say, title } = options;
  const { wallMs } = systemClock;
  const model = new LiveModel({
    engine: 'kafka',
    title,
    flow: kafkaFlow,
    phases: kafkaPhases,
    control,
    limits: [],
    score: boardOptions(loaded),
    startedMs: wallMs(),
  });
  const page = await LivePage.open({ ...options, model, control: undefined, wallMs });
  try {
    while (!signal.aborted) {
      try {
        await withRunView({ loaded, client, signal, random: Math.random, clock: systemClock }, (run) =>
          follow(run, model, page),
        );
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof RmmError) || !(passing.includes(error.code) || error.spec.retry === true))
          throw error;
        model.runState('starting', wallMs(), error.message);
        await sleep(lookMs, signal).catch(() => {});
      }
    }
  } finally {
    await page.close().catch((error: unknown) => say(String(error)));
  }
}

async function follow(run: RunView, model: LiveModel, page: LivePage): Promise<void> {
  const { loaded, signal } = run;
  const keeper = new StageKeeper(model, kafkaFlow.stages);
  const nowMs = () => systemClock.steadyMs();
  while (!signal.aborted) {
    const scrapes = await servicePages({ loaded, signal, nowMs });
    const trouble: string[] = [];
    const facts = await brokerFacts(run, nowMs()).catch((error: unknown) => {
      if (!(error instanceof RmmError) || error.spec.retry !== true) throw error;
      trouble.push(`Brokers do not answer: ${error.message}`);
      return undefined;
    });
    if (signal.aborted) return;
    const atMs = systemClock.wallMs();
    keeper.take(scrapes, facts, atMs);
    tellPhases(model, run.view.state, facts);
    tellState(run, model, atMs);
    const folder = takeFiles(loaded.outputDirectory, page);
    model.limits([...trouble, ...limitsOf(scrapes, folder)]);
    await sleep(lookMs, signal).catch(() => {});
  }
}

function tellState({ view }: RunView, model: LiveModel, atMs: number): void {
  const { state } = view;
  const { failed } = state;
  if (state.isFinished) model.runState('finished', atMs);
  else if (failed === undefined) model.runState('running', atMs);
  // Services that were started again go on; the failure stays on record.
  else if (model.section('flow').stages.some(({ copies }) => (copies?.up ?? 0) > 0))
    model.runState('running', atMs, `An earlier attempt failed: ${failed.service}: ${failed.message}`);
  else model.runState('failed', atMs, `${failed.service} failed: ${failed.message}`);
}

/** Hands over the files of scores that are there; whether their folder is. */
function takeFiles(outputDirectory: string, page: LivePage): boolean {
  const folder = layoutOf(outputDirectory).scores;
  if (!existsSync(folder)) return false;
  for (const name of readdirSync(folder).sort())
    if (name.endsWith('.parquet') && !name.startsWith('.')) page.scores.take(join(folder, name));
  return true;
}

/** What cannot be had, and how it could be. */
function limitsOf(scrapes: readonly Scrape[], hasScores: boolean): string[] {
  const silent = scrapes.filter(({ problem }) => problem !== undefined);
  return [
    ...(scrapes.length === 0
      ? [
          'No address of a service is known (live.services): how busy services are, what they hold, errors, rejected events, dead letters by reason and losses cannot be shown; events and what waits are those that the brokers know.',
        ]
      : ['Services tell the loss on validation events after an epoch, not that on training events.']),
    ...silent.map(({ address, problem }) => `${address}: ${problem}.`),
    ...(hasScores
      ? []
      : [
          'The output directory holds no scores on this machine (yet): distributions, tail and events are shown where output.directory is the folder that the scorer writes.',
        ]),
  ];
}
