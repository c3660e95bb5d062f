import { main } from '../../../cli/main.js';
import { RmmError } from '../../../lib/base/error.js';

// Run by interrupt.test.ts: `wait` drains when it is told to, `stuck` does not listen, `crash` is a defect.
await main(process.argv.slice(2), [
  (program, cli) => {
    const alive = setInterval(() => {}, 1_000);
    program.command('wait').action(async () => {
      cli.stdout.write('ready\n');
      await new Promise<void>((resolve) => cli.signal.addEventListener('abort', () => resolve()));
      clearInterval(alive);
      throw new RmmError('interrupted', 'stopped after 3 of 9 files');
    });
    program.command('stuck').action(async () => {
      cli.stdout.write('ready\n');
      await new Promise<void>(() => {});
    });
    program.command('crash').action(() => {
      clearInterval(alive);
      (undefined as unknown as { field: string }).field.trim();
    });
  },
]);
