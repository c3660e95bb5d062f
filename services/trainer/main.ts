import { join } from 'node:path';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { split } from '../../lib/physics/identity.js';
import { featurizerOf } from '../featurizer/config.js';
import { claimDirectory, kafkaLayoutOf } from '../kafka/claim-directory.js';
import type { ServiceContext } from '../kafka/context.js';
import type { ServiceDefinition } from '../kafka/run-service.js';
import { rolePart } from '../kafka/service-part.js';
import { roles } from '../kafka/stages.js';
import { loadFrozen } from '../scaler/frozen-scaler.js';
import { collectMegasets } from './collect.js';
import { trainGenerations } from './generations.js';
import { readMegasetPlan } from './megaset-store.js';
import { publishModel, showModel } from './publish.js';
import { trainModel } from './train-model.js';
import { trainingOptions } from './training-options.js';
import { TrainingPlace } from './training-place.js';
import { checkTraining } from './training-problems.js';
import { removeWork, takeWorkFolder } from './work-folder.js';

/** Scaled rows to models. One copy trains, the others stand by; what is learnt does not depend on which. */
export const trainer: ServiceDefinition = {
  name: 'trainer',
  writes: true,
  parts: (context) => {
    const { config } = context.loaded;
    checkTraining(context.loaded, featurizerOf(config).layout.names);
    claimDirectory(context.loaded.outputDirectory, context.names.prefix, context.view.state.run!);
    return [
      rolePart(context, roles.trainer.role, async (tenure, wrote) => {
        // Else this copy would tell of its last loss and lag for ever.
        const { trainsNoMore } = context.tools.stage;
        tenure.signal.addEventListener('abort', trainsNoMore, { once: true });
        try {
          await context.view.catchUp(tenure.signal);
          showModel(context);
          if (config.input.mode === 'bounded') await trainBounded(context, tenure, wrote);
          else await trainGenerations(context, tenure, wrote);
        } catch (error) {
          // The next try listens anew.
          tenure.signal.removeEventListener('abort', trainsNoMore);
          throw error;
        } finally {
          // What was under way may have told something since.
          if (tenure.signal.aborted) trainsNoMore();
        }
      }),
    ];
  },
};

/** The one model of a bounded run, once everything is scaled. */
async function trainBounded(context: ServiceContext, tenure: Tenure, wrote: () => void): Promise<void> {
  const { view, loaded } = context;
  const { signal } = tenure;
  if (signal.aborted) return;
  const { trainer: work } = kafkaLayoutOf(loaded.outputDirectory);
  if (view.state.models.length > 0) {
    // Where the one that trained was killed after its last word.
    removeWork(work);
    return;
  }
  // Nothing is written until they are there.
  if (view.state.allEnds('scaled') === undefined) wrote();
  const ends = await view.until((state) => state.allEnds('scaled'), signal);
  const record = view.state.scaler;
  if (ends === undefined || record === undefined) return;
  const { scaler } = await loadFrozen(context, record, signal);
  showModel(context);
  const place = new TrainingPlace(context);
  const done = new AbortController();
  const watching = place.watch(AbortSignal.any([signal, done.signal]));
  try {
    const folder = takeWorkFolder(work);
    const megasetFolder = join(folder, 'megasets');
    const blocks = ends.reduce((sum, { messages }) => sum + messages, 0);
    const collect = () => {
      place.at(0, blocks);
      return collectMegasets(
        context,
        {
          folder: megasetFolder,
          span: { from: [], to: ends.map(({ offset }) => offset) },
          scaler,
          trainingRows: record.rows_by_split[split.train]!,
          validationRows: record.rows_by_split[split.validation]!,
          megasets: loaded.config.training.megasets,
          onBlock: () => place.advance(1),
        },
        signal,
      );
    };
    const plan = readMegasetPlan(megasetFolder) ?? (await collect());
    // Of those that could not be used none is waited for.
    place.at(blocks, blocks);
    wrote();
    const options = trainingOptions(context, folder, megasetFolder, signal, place);
    const model = await trainModel(scaler, plan, options);
    await publishModel(context, tenure, model, { generation: 0, final: true });
    removeWork(work);
  } finally {
    done.abort();
    await watching;
  }
}
