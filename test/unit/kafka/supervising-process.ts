import { Supervisor } from '../../../services/kafka/supervisor.js';

// Run by supervisor.test.ts, which kills it: the process below has to notice.
const supervisor = new Supervisor({
  processes: [{ service: 'scorer', copy: 0 }],
  command: () => [
    '-e',
    "process.stdin.on('end', () => process.exit(0)).resume(); setInterval(() => {}, 1000)",
  ],
  environment: process.env,
  graceMs: 1000,
  onLine: () => {},
  onRestart: () => {},
  onStart: (_, pid) => process.stdout.write(`${pid}\n`),
});
supervisor.start();
