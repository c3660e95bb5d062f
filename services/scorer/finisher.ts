import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { record, type ServiceContext } from '../kafka/context.js';
import { ControlLetters } from './control-letters.js';
import { finishRun } from './finish.js';
import { sweepOutputs, sweepWindowFiles } from './run-outputs.js';

/**
 * The role that ends a bounded run: once every row is scored it writes the run's outputs and puts that on record,
 * again where a dead letter was re-driven since. It also makes dead letters of what cannot be read on the control
 * topics, which every service reads: they have this one owner (decisions.md 21).
 */
export async function finish(context: ServiceContext, tenure: Tenure, wrote = () => {}): Promise<void> {
  const { view, loaded, tools, pause } = context;
  const { signal } = tenure;
  sweepOutputs(context);
  await view.catchUp(signal);
  const letters = new ControlLetters(context, tenure);
  const isBounded = loaded.config.input.mode === 'bounded';
  while (!signal.aborted) {
    await letters.write();
    const { state } = view;
    const ends = state.allEnds('scores');
    const isComplete =
      ends !== undefined &&
      state.allEnds('feature-files') !== undefined &&
      state.models.some(({ final }) => final);
    if (isBounded && isComplete && !state.isFinished) {
      await finishRun(context, tenure);
      sweepWindowFiles(context);
      await record(context, tenure, [{ type: 'finished', ends: ends.map(({ offset }) => offset) }]);
      await view.catchUp(signal);
      tools.log.info('finished', { directory: loaded.outputDirectory });
    } else {
      // Nothing to write for now.
      wrote();
      await pause(4, signal);
    }
  }
}
