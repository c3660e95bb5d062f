import type { Command } from 'commander';
import { systemClock } from '../lib/base/clock.js';
import { RmmError } from '../lib/base/error.js';
import type { LoadedConfig } from '../lib/config/index.js';
import type { LiveRun } from '../services/live/live-run.js';
import type { RunRequest } from '../services/pipeline/request.js';
import type { RunOutcome } from '../services/pipeline/run.js';
import type { Cli } from './cli.js';

/** The options that put a live page beside a run. */
export interface ServeOptions {
  /** True where no address was given. */
  readonly serve?: string | true;
  readonly keepServing?: boolean;
}

export function addServeOptions(command: Command): Command {
  return command
    .option(
      '--serve [host:port]',
      'serve a live page of the run: by default on 127.0.0.1:9470, this machine only; port 0 takes a free one',
    )
    .option('--keep-serving', 'with --serve: go on serving after the run, until Ctrl-C');
}

/** @throws cli_usage: over Kafka the page is a command of its own, that outlives any of its services */
export function refuseServe({ serve, keepServing }: ServeOptions, file: string): void {
  if (serve === undefined && keepServing !== true) return;
  throw new RmmError(
    'cli_usage',
    `${serve === undefined ? '--keep-serving' : '--serve'} works with engine.type: embedded only; over Kafka the page is served beside the run: rmmstream dashboard --config ${file}`,
  );
}

/** What the page is told of the end of a run. */
type Outcome = Pick<RunOutcome, 'state' | 'directory'>;

interface Served<Result> {
  readonly loaded: LoadedConfig;
  /** As it was given. */
  readonly file: string;
  readonly options: ServeOptions;
  readonly say: (text: string) => void;
  /** Given the result as soon as there is one, though the page may be served on. */
  readonly show: (result: Result) => void;
}

/**
 * Runs `body` with a live page beside it where one is asked for.
 * @param body is given what a run needs to be watched and told
 * @throws serve_address_unusable, serve_token_weak, whatever `body` throws
 */
export async function served<Result extends Outcome>(
  cli: Cli,
  { loaded, file, options, say, show }: Served<Result>,
  body: (live: Pick<RunRequest, 'watch' | 'gate' | 'signal'>) => Promise<Result>,
): Promise<void> {
  if (options.serve === undefined) {
    if (options.keepServing === true)
      throw new RmmError('cli_usage', '--keep-serving goes with --serve, which is missing');
    show(await body({ signal: cli.signal }));
    return;
  }
  const { LiveRun } = await import('../services/live/live-run.js');
  const { serveAddress, usualAddress } = await import('../services/live/serve-address.js');
  const { tokenOf } = await import('../services/live/token.js');
  const live = await LiveRun.open({
    loaded,
    title: file,
    address: options.serve === true ? usualAddress : serveAddress(options.serve),
    token: tokenOf(cli.environment),
    signal: cli.signal,
    wallMs: systemClock.wallMs,
    say,
  });
  try {
    show(await told(live, body));
  } finally {
    if (options.keepServing === true && !cli.signal.aborted) {
      say(`the run ${live.endWords}; its live page is served until Ctrl-C`);
      await interrupted(cli);
    }
    await live.page.close();
  }
}

/** Tells the page how the run ends. */
async function told<Result extends Outcome>(
  live: LiveRun,
  body: (live: Pick<RunRequest, 'watch' | 'gate' | 'signal'>) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await body({ watch: live.watch, gate: live.gate, signal: live.signal });
    live.finished(result);
    return result;
  } catch (error) {
    if (live.signal.aborted) {
      live.ended('stopped', 'The same command goes on from here.');
      throw new RmmError('interrupted', 'interrupted before the end', { cause: error });
    }
    live.ended('failed', error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/** Waits for the first signal, which ends the serving and nothing else: the run has its own end. */
function interrupted(cli: Cli): Promise<void> {
  return new Promise((resolve) => {
    const giveBack = cli.onSignal(() => {
      giveBack();
      resolve();
    });
  });
}
