import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { mallocSettings } from '../../services/kafka/service-environment.js';
import { type CliResult, startCli } from './cli.js';

/** A service of the Kafka engine as a process of the test's own. */
export interface StartedService {
  readonly name: string;
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
  /** Where it answers for its health. */
  readonly port: Promise<number>;
}

export function startService(name: string, config: string, more: readonly string[] = []): StartedService {
  // As the image has it.
  const env = mallocSettings;
  const { child, result } = startCli(['service', name, '--config', config, '--port', '0', ...more], { env });
  const port = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stderr! }).on('line', (line) => {
      const found = /"event":"starting".*"port":(\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void result.then(({ stderr }) => reject(new Error(`${name} ended before it began:\n${stderr}`)));
  });
  port.catch(() => {});
  return { name, child, result, port };
}

/** A page of a service: /metrics, /ready, /live. */
export async function pageOf(
  service: StartedService,
  path: string,
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${await service.port}${path}`);
  return { status: answer.status, text: await answer.text() };
}

/** The value of a metric of one series; undefined where it is not there. */
export async function metricOf(service: StartedService, series: string): Promise<number | undefined> {
  const { text } = await pageOf(service, '/metrics');
  const line = text.split('\n').find((found) => found.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** All values of a metric of a stage, summed over services. */
export async function sumOf(
  services: readonly StartedService[],
  metric: string,
  stage: string,
): Promise<number> {
  const begin = `rmmstream_${metric}{stage="${stage}"`;
  const pages = await Promise.all(services.map((service) => pageOf(service, '/metrics')));
  return pages
    .flatMap(({ text }) => text.split('\n').filter((line) => line.startsWith(begin)))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Waits until `look` answers true; throws with `what` after two minutes. Returns the seconds that it took. */
export async function untilTrue(what: string, look: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  for (;;) {
    if (await look().catch(() => false)) return (performance.now() - began) / 1000;
    if (performance.now() - began > 120_000) throw new Error(`it never came to be that ${what}`);
    await wait(50);
  }
}

/** Ends what a failing test leaves behind; harmless for services that have ended. */
export async function endAll(services: readonly StartedService[]): Promise<void> {
  for (const { child } of services) child.kill('SIGKILL');
  await Promise.all(services.map(({ result }) => result));
}

/** Waits until every service has ended by itself, and sees that each ended well. */
export async function allEndWell(services: readonly StartedService[]): Promise<void> {
  for (const { name, result } of services) {
    const { code, stderr } = await result;
    assert.equal(code, 0, `${name}: ${stderr}`);
  }
}
