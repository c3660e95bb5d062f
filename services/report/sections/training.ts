import type { SectionMaker } from '../context.js';
import { type LossPoint, lossCurves } from '../figures/loss-curves.js';
import type { Block } from '../section.js';

/** How the network learned: losses of every epoch, and whose weights are in the model. */
export const trainingSection: SectionMaker = async ({ first }) => {
  const { training, backend } = first.record;
  const { epochs, best, kept } = training;
  if (epochs.length === 0) return undefined;
  const points = epochs.flatMap(({ loss, validationLoss }, index): LossPoint[] => [
    ...pointOf(index + 1, loss, 'training'),
    ...pointOf(index + 1, validationLoss, 'validation'),
  ]);
  const numberOf = (place: typeof best) =>
    place === undefined
      ? undefined
      : epochs.findIndex(
          ({ pass, megaset, epoch }) =>
            pass === place.pass && megaset === place.megaset && epoch === place.epoch,
        ) + 1;
  const megasets = epochs.flatMap(({ epoch }, index) => (epoch === 0 ? [index + 1] : []));
  const stopped = epochs.filter((epoch) => epoch.stopped).length;
  const blocks: Block[] = [
    {
      kind: 'text',
      text: `${training.rows} training and ${training.validation_rows} validation events in ${training.megasets.length} megasets, ${epochs.length} epochs on ${backend.name} ${backend.version}${stopped === 0 ? '' : `, ${stopped} megasets stopped early`}. Best validation loss after epoch ${numberOf(best) ?? '-'}; the model has the weights of epoch ${numberOf(kept) ?? '-'}.`,
    },
    {
      kind: 'figure',
      id: 'loss',
      caption:
        'Loss by epoch; thin rules: a megaset begins; dashed rule: the epoch whose weights are in the model',
      alt: `Training and validation loss over ${epochs.length} epochs, on a logarithmic axis`,
      svg: lossCurves('loss', points, megasets, numberOf(kept)),
    },
    {
      kind: 'table',
      id: 'epochs',
      caption: 'Every epoch',
      columns: ['epoch', 'pass', 'megaset', 'loss', 'validation loss', 'learning rate', 'rows', 'steps'].map(
        (label) => ({
          label,
          digits: 5,
        }),
      ),
      rows: epochs.map((epoch, index) => [
        index + 1,
        epoch.pass + 1,
        epoch.megaset + 1,
        epoch.loss,
        epoch.validationLoss ?? '',
        epoch.learningRate,
        epoch.rows,
        epoch.steps,
      ]),
      shown: 0,
    },
  ];
  return { id: 'training', title: 'Training', blocks, data: training };
};

/** A logarithmic axis has no place for a loss of 0. */
function pointOf(epoch: number, loss: number | undefined, curve: LossPoint['curve']): LossPoint[] {
  return loss !== undefined && loss > 0 && Number.isFinite(loss) ? [{ epoch, loss, curve }] : [];
}
