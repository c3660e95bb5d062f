import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { RmmError } from '../../lib/base/error.js';
import { serviceEnvironment } from './service-environment.js';
import type { ServiceName } from './stages.js';

/** A service as a process of its own. */
export interface ServiceProcess {
  readonly service: ServiceName;
  /** From 0 among the copies of the service. */
  readonly copy: number;
}

export interface SupervisorOptions {
  readonly processes: readonly ServiceProcess[];
  /** Command line of a process, without the program. */
  readonly command: (process: ServiceProcess) => readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long a process may take to end after it was asked to. */
  readonly graceMs: number;
  /** Hears every line that a process writes to stderr. */
  readonly onLine: (process: ServiceProcess, line: string) => void;
  /** Hears of processes that died and are started again. */
  readonly onRestart: (process: ServiceProcess, how: string) => void;
  readonly onStart?: (process: ServiceProcess, pid: number) => void;
}

interface Running {
  child: ChildProcess;
  startedMs: number;
  /** Deaths soon after the start, in a row. */
  early: number;
  lastLine: string;
  ended: Promise<void>;
}

/** A process that dies this soon after its start has not got to work. */
const earlyMs = 5_000;
/** So many early deaths in a row are not bad luck. */
const mostEarly = 5;
const restartPauseMs = 500;

/**
 * Keeps the processes of a local run alive. One that is killed is started again and goes on where it stopped;
 * one that ends with an error of its own ends the run. Each has a pipe as stdin that closes with this process,
 * whatever its end, and drains then: none is ever left behind.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #running = new Map<ServiceProcess, Running>();
  readonly #failed: Promise<never>;
  #fail: (error: RmmError) => void = () => {};
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
  }

  start(): void {
    for (const process of this.#options.processes) this.#spawn(process, 0);
  }

  /** Rejects when a service failed for good. Never resolves. */
  get failure(): Promise<never> {
    return this.#failed;
  }

  /** Resolves when every process has ended by itself; call once the run is finished. */
  async ended(): Promise<void> {
    this.#stopping = true;
    await this.#allEnded();
  }

  /** Asks every process to drain and waits; one that does not end in time is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { child } of this.#running.values()) child.kill('SIGTERM');
    await this.#allEnded();
  }

  async #allEnded(): Promise<void> {
    const force = setTimeout(() => {
      for (const { child } of this.#running.values()) child.kill('SIGKILL');
    }, this.#options.graceMs);
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    clearTimeout(force);
  }

  #spawn(process: ServiceProcess, early: number): void {
    const { command, environment, onLine, onStart } = this.#options;
    const child = spawn(globalThis.process.execPath, command(process), {
      // Not in our process group: an interrupt at the terminal is ours to pass on, once.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: serviceEnvironment(environment) as NodeJS.ProcessEnv,
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const running: Running = { child, startedMs: performance.now(), early, lastLine: '', ended };
    this.#running.set(process, running);
    child.stdin?.on('error', () => {});
    createInterface({ input: child.stderr! }).on('line', (line) => {
      running.lastLine = line;
      onLine(process, line);
    });
    child.once('error', (error) => this.#fail(this.#lost(process, `could not be started: ${error.message}`)));
    child.once('close', (code, signal) => this.#close(process, running, code, signal));
    if (child.pid !== undefined) onStart?.(process, child.pid);
  }

  #close(
    process: ServiceProcess,
    running: Running,
    code: number | null,
    signal: NodeJS.Signals | null,
  ): void {
    if (this.#stopping) return;
    const early = performance.now() - running.startedMs < earlyMs ? running.early + 1 : 0;
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    if (signal === null && code !== 0) this.#fail(this.#lost(process, `${how}: ${running.lastLine}`));
    else if (early > mostEarly) this.#fail(this.#lost(process, `${how} ${early} times soon after its start`));
    else {
      this.#options.onRestart(process, how);
      setTimeout(() => {
        if (!this.#stopping) this.#spawn(process, early);
      }, restartPauseMs);
    }
  }

  #lost({ service, copy }: ServiceProcess, what: string): RmmError {
    return new RmmError('service_failed', `${service} ${copy} ${what}`, { context: { service, copy } });
  }
}
