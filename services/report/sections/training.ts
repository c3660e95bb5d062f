import { formatCount } from '../../../lib/telemetry/format.js';
import type { TrainingRecord } from '../../trainer/training-record.js';
import type { SectionMaker } from '../context.js';
import { type CurvePoint, lossCurves, rateCurve } from '../figures/training-curves.js';
import type { Block, Cell, TableBlock } from '../section.js';

type Training = TrainingRecord['training'];
type Epoch = Training['epochs'][number];

/** How the model was trained: losses over megasets, learning rate, stops, and which epoch it has. */
export const trainingSection: SectionMaker = async ({ first }) => {
  const training = first.record.training as Training;
  const { epochs, best, kept } = training;
  const common = { id: 'training', title: 'Training', data: training };
  if (epochs.length === 0) {
    const text = 'The run has no record of an epoch: its model was trained elsewhere, or on no events.';
    return { ...common, blocks: [{ kind: 'text', text }] };
  }
  const points = epochs.map(
    ({ loss, validationLoss, learningRate }, index): CurvePoint => ({
      at: index + 1,
      loss,
      validationLoss,
      learningRate,
    }),
  );
  const marks = {
    ends: epochs.flatMap((epoch, index) => (isLast(epochs, epoch, index) ? [index + 1] : [])).slice(0, -1),
    best: placeIn(epochs, best),
    kept: placeIn(epochs, kept),
  };
  const blocks: Block[] = [
    { kind: 'text', text: summary(training, marks) },
    {
      kind: 'figure',
      id: 'training-loss',
      caption:
        'Loss after each epoch, over all megasets. Dotted lines: a new megaset begins, with other events to train on.',
      alt: `Loss over ${epochs.length} epochs: on training events from ${shown(epochs[0]!.loss)} to ${shown(epochs.at(-1)!.loss)}${validationWords(epochs)}.`,
      svg: lossCurves(points, marks),
    },
    {
      kind: 'figure',
      id: 'training-rate',
      caption: "Learning rate of each epoch's last step.",
      alt: `Learning rate, from ${epochs[0]!.learningRate} to ${epochs.at(-1)!.learningRate}.`,
      svg: rateCurve(points, marks),
    },
    megasetTable(training),
  ];
  return { ...common, blocks };
};

/** The last epoch of its megaset and pass. */
function isLast(epochs: readonly Epoch[], { pass, megaset }: Epoch, index: number): boolean {
  const next = epochs[index + 1];
  return next === undefined || next.megaset !== megaset || next.pass !== pass;
}

/** Place of an epoch in the whole training, from 1. */
function placeIn(epochs: readonly Epoch[], place: Training['best']): number | undefined {
  if (place === undefined) return undefined;
  const index = epochs.findIndex(
    ({ pass, megaset, epoch }) => pass === place.pass && megaset === place.megaset && epoch === place.epoch,
  );
  return index < 0 ? undefined : index + 1;
}

function summary(
  { epochs, rows, validation_rows }: Training,
  { best, kept }: { readonly best: number | undefined; readonly kept: number | undefined },
): string {
  const which = (place: number | undefined) => {
    const epoch = place === undefined ? undefined : epochs[place - 1];
    return epoch === undefined
      ? 'not on record'
      : `epoch ${place} (megaset ${epoch.megaset + 1}, loss ${shown(epoch.validationLoss ?? epoch.loss)})`;
  };
  const measured =
    validation_rows > 0 ? `${formatCount(validation_rows)} events of validation` : 'training events alone';
  return `Trained on ${formatCount(rows)} background events, compared on ${measured}. The least loss is that of ${which(best)}; the model has the weights of ${which(kept)} (\`training.keep\`).`;
}

function validationWords(epochs: readonly Epoch[]): string {
  const last = epochs.at(-1)!.validationLoss;
  return last === undefined ? '' : `, on validation events it ends at ${shown(last)}`;
}

function megasetTable({ epochs, megasets }: Training): TableBlock {
  const ends = epochs.flatMap((epoch, index) => (isLast(epochs, epoch, index) ? [epoch] : []));
  return {
    kind: 'table',
    id: 'training-megasets',
    caption: 'Every megaset after its last epoch.',
    columns: [
      { label: 'pass' },
      { label: 'megaset' },
      { label: 'events' },
      { label: 'epochs' },
      { label: 'loss' },
      { label: 'validation loss' },
      { label: 'ended' },
    ],
    rows: ends.map(({ pass, megaset, epoch, loss, validationLoss, stopped, rows }): Cell[] => [
      pass + 1,
      megaset + 1,
      megasets[megaset] ?? rows,
      epoch + 1,
      loss,
      validationLoss ?? { notDefined: 'there are no validation events' },
      stopped ? 'early stopping' : 'all epochs',
    ]),
    shown: 20,
  };
}

function shown(loss: number): string {
  return loss.toPrecision(4);
}
