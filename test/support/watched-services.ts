import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { startCli } from './cli.js';
import { pageOf, type StartedService } from './kafka-services.js';

/** A run in one process that serves its metrics on a free port. */
export function startMeasuredRun(
  args: readonly string[],
  options: Parameters<typeof startCli>[1] = {},
): StartedService {
  const { child, result } = startCli(['run', ...args, '--metrics-port', '0'], options);
  const port = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stderr! }).on('line', (line) => {
      const found = /metrics on http:\/\/127\.0\.0\.1:(\d+)\/metrics/.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void result.then(({ stderr }) => reject(new Error(`the run ended before it began:\n${stderr}`)));
  });
  port.catch(() => {});
  return { name: 'run', child, result, port };
}

/** Series and their last values of all services, asked until the services end; of what is held the highest value. */
export async function watched(
  services: readonly StartedService[],
  everyMs: number,
): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  const most = new Map<string, number>();
  await Promise.all(
    services.map(async (service) => {
      let isOver = false;
      const ended = service.result.then(() => {
        isOver = true;
      });
      while (!isOver) {
        const page = await pageOf(service, '/metrics').catch(() => undefined);
        for (const line of page?.text.split('\n') ?? []) {
          const space = line.lastIndexOf(' ');
          if (line.startsWith('#') || space < 0) continue;
          const [series, value] = [line.slice(0, space), Number(line.slice(space + 1))];
          seen.set(series, value);
          most.set(series, Math.max(value, most.get(series) ?? 0));
        }
        await Promise.race([wait(everyMs), ended]);
      }
    }),
  );
  // What is held comes back to 0: how high it went is the question.
  for (const [series, value] of most) if (series.startsWith('rmmstream_queue_')) seen.set(series, value);
  return seen;
}
