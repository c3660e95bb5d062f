import type { EpochView, TrainingSection } from '../shared/snapshot.js';
import { Chart, sayOf } from './chart.js';
import { byId, isFolded, putTable, say } from './dom.js';

/** The loss curve as it comes, and what was made. */
export class Training {
  readonly #loss = new Chart({ id: 'loss', areWhole: true });

  show({ epochs, megasets, model, scaler }: TrainingSection): void {
    const last = epochs.at(-1);
    const place = last === undefined ? '' : `${placeOf(last, megasets)}: ${lossText(last)}`;
    sayOf('loss', place);
    const losses = epochs.map(({ loss }) => loss);
    const validation = epochs.map(({ validationLoss }) => validationLoss ?? null);
    this.#loss.show(
      {
        x: epochs.map(({ number }) => number),
        xLabel: 'epoch, over all megasets',
        yLabel: 'loss',
        empty: last === undefined ? 'No epoch has ended yet.' : 'One epoch has ended: a curve needs two.',
        lines: [
          { name: 'training', colour: 'signal2', kind: 'line', y: losses },
          ...(validation.some((value) => value !== null)
            ? [{ name: 'validation', colour: 'signal1', kind: 'dashed', y: validation } as const]
            : []),
        ],
        placeText: (at) => placeOf(epochs[at]!, megasets),
        valueText: (value) => value.toPrecision(5),
      },
      `Loss by epoch. ${place}`,
    );
    putEpochs(byId('loss-table'), epochs);
    say(
      byId('artefacts'),
      [
        scaler === undefined ? '' : `Scaler ${scaler}.`,
        model === undefined ? '' : `Model in force: ${model}.`,
      ].join(' '),
    );
  }
}

function putEpochs(into: HTMLElement, epochs: readonly EpochView[]): void {
  if (isFolded(into)) return;
  putTable(
    into,
    'Loss by epoch, the newest first',
    ['number', 'megaset', 'epoch', 'loss', 'validation loss'].map((text) => ({ text, isNumber: true })),
    [...epochs]
      .reverse()
      .map(({ number, megaset, epoch, loss, validationLoss }) => [
        String(number),
        megaset === undefined ? '-' : String(megaset + 1),
        epoch === undefined ? '-' : String(epoch + 1),
        loss.toPrecision(5),
        validationLoss?.toPrecision(5) ?? '-',
      ]),
  );
}

function placeOf({ number, megaset, epoch }: EpochView, megasets: number): string {
  if (megaset === undefined || epoch === undefined) return `Epoch ${number}`;
  return `${megasets > 0 ? `Megaset ${megaset + 1} of ${megasets}, epoch` : 'Epoch'} ${epoch + 1}`;
}

function lossText({ loss, validationLoss }: EpochView): string {
  const validation = validationLoss === undefined ? '' : `, validation ${validationLoss.toPrecision(4)}`;
  return `loss ${loss.toPrecision(4)}${validation}`;
}
