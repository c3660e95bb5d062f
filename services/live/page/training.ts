import type { TrainingSection } from '../shared/snapshot.js';
import { Chart, sayOf } from './chart.js';
import { byId, putTable, say } from './dom.js';

/** The loss curve as it comes, and what was made. */
export class Training {
  readonly #loss = new Chart({
    id: 'loss',
    xLabel: 'epoch, over all megasets',
    yLabel: 'loss',
    isLog: false,
    empty: 'No epoch has ended yet.',
  });

  show({ epochs, epochsSeen, megasets, model, scaler }: TrainingSection): void {
    const last = epochs.at(-1);
    const first = epochsSeen - epochs.length + 1;
    const place =
      last === undefined
        ? ''
        : `Megaset ${last.megaset + 1}${megasets > 0 ? ` of ${megasets}` : ''}, epoch ${last.epoch + 1}: loss ${last.loss.toPrecision(4)}${last.validationLoss === undefined ? '' : `, validation ${last.validationLoss.toPrecision(4)}`}`;
    sayOf('loss', place);
    const validation = epochs.map(({ validationLoss }) => validationLoss ?? null);
    this.#loss.show(
      {
        x: epochs.map((_, at) => first + at),
        lines: [
          { name: 'training', colour: 'signal2', kind: 'line', y: epochs.map(({ loss }) => loss) },
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
          loss.toPrecision(5),
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
