import { main } from '../../../cli/main.js';
import { systemClock } from '../../../lib/base/clock.js';
import { hostService } from '../../../lib/flow/host-service.js';
import { createLog } from '../../../lib/telemetry/log.js';

// Run by service-signals.test.ts: a service that drains soon, or never; `early` meets its signal first.
await main(process.argv.slice(2), [
  (program, cli) => {
    program
      .command('serve')
      .argument('<how>')
      .action(async (how: string) => {
        const alive = setInterval(() => {}, 1_000);
        if (how === 'early') {
          cli.stderr.write('{"event":"reading"}\n');
          await new Promise((resolve) => cli.signal.addEventListener('abort', resolve));
        }
        const end = await hostService({
          service: 'selector',
          host: '127.0.0.1',
          port: 0,
          drainTimeoutMs: how === 'brief' ? 100 : 3_600_000,
          clock: systemClock,
          log: createLog({
            service: 'selector',
            style: 'json',
            clock: systemClock,
            write: (line) => cli.stderr.write(line),
          }),
          onSignal: cli.onSignal,
          make: () => ({
            start: async () => {},
            completion: () => new Promise(() => {}),
            drain: () => (how === 'soon' || how === 'early' ? Promise.resolve() : new Promise(() => {})),
            close: async () => clearInterval(alive),
          }),
        });
        if (end.forced) process.exit(end.exit);
      });
  },
]);
