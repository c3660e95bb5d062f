import { RmmError } from '../../../lib/base/error.js';
import { serveTasks } from '../../../lib/flow/worker-main.js';

interface EchoTask {
  readonly value: number;
  readonly do?: 'fail' | 'throw' | 'die' | 'wait' | 'hang';
}

serveTasks(async (input, step) => {
  const task = input as EchoTask;
  if (task.do === 'fail') throw new RmmError('disk_full', 'no room', { context: { path: 'x' } });
  if (task.do === 'throw') throw new TypeError('a defect');
  if (task.do === 'die') process.exit(3);
  while (task.do === 'hang') {
    // For ever, deaf to messages, as a decoder on damaged data could be.
  }
  if (task.do === 'wait') await new Promise((resolve) => setTimeout(resolve, 50));
  step(task.value);
  return task.value * 2;
});
