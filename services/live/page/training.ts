import type { TrainingSection } from '../shared/snapshot.js';
import { Chart, sayOf } from './chart.js';
import { byId, putTable, say } from './dom.js';

/** The loss curve as it comes, and what was made. */
export class Training {
  readonly #loss = new Chart({
    id: 'loss',
    xLabel: 'epoch, over all megasets',
    yLabel: 'loss',
    areWhole: true,
    empty: 'No epoch has ended yet.',
  });

  show({ epochs, epochsSeen, megasets, model, scaler }: TrainingSection): void {
    const last = epochs.at(-1);
    const first = epochsSeen - epochs.length + 1;
    const place =
      last === undefined
        ? ''
        : `${megasets > 0 ? `Megaset ${last.megaset + 1} of ${megasets}, epoch` : 'Epoch'} ${last.epoch + 1}: ${lossText(last)}`;
    sayOf('loss', place);
    const losses = epochs.map(({ loss }) => loss ?? null);
    const validation = epochs.map(({ validationLoss }) => validationLoss ?? null);
    this.#loss.show(
      {
        x: epochs.map((_, at) => first + at),
        lines: [
          ...(losses.some((value) => value !== null)
            ? [{ name: 'training', colour: 'signal2', kind: 'line', y: losses } as const]
            : []),
          ...(validation.some((value) => value !== null)
            ? [{ name: 'validation', colour: 'signal1', kind: 'dashed', y: validation } as const]
            : []),
        ],
      },
      `Loss by epoch. ${place}`,
    );
    putTable(
      byId('loss-table'),
      'Loss by epoch, the newest first',
      ['megaset', 'epoch', 'loss', 'validation loss'].map((text) => ({ text, isNumber: true })),
      epochs
        .slice(-60)
        .reverse()
        .map(({ megaset, epoch, loss, validationLoss }) => [
          String(megaset + 1),
          String(epoch + 1),
          loss?.toPrecision(5) ?? '-',
          validationLoss?.toPrecision(5) ?? '-',
        ]),
    );
    say(
      byId('artefacts'),
      [
        scaler === undefined ? '' : `Scaler ${scaler}.`,
        model === undefined ? '' : `Model in force: ${model}.`,
      ].join(' '),
    );
  }
}

function lossText({ loss, validationLoss }: TrainingSection['epochs'][number]): string {
  return [
    ...(loss === undefined ? [] : [`loss ${loss.toPrecision(4)}`]),
    ...(validationLoss === undefined ? [] : [`validation ${validationLoss.toPrecision(4)}`]),
  ].join(', ');
}
