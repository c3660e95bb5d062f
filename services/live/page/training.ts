import type { EpochView, TrainingSection } from '../shared/snapshot.js';
import { Chart, sayOf } from './chart.js';
import { byId, isFolded, putTable, say } from './dom.js';
import { lossCurve, placeOf } from './loss-curve.js';

/** The loss curve as it comes, and what was made. */
export class Training {
  readonly #loss = new Chart({ id: 'loss', areWhole: true });

  show(section: TrainingSection): void {
    const { networks, epochs, model, scaler } = section;
    const last = epochs.at(-1);
    const place = last === undefined ? '' : `${placeOf(last, section)}: ${lossText(last)}`;
    sayOf('loss', place);
    const { x, loss, validation, shown, kind } = lossCurve(epochs);
    const isPoints = kind === 'points';
    this.#loss.show(
      {
        x,
        xLabel: networks > 1 ? 'epoch, over all megasets and networks' : 'epoch, over all megasets',
        yLabel: 'loss',
        empty: last === undefined ? 'No epoch has ended yet.' : 'One epoch has ended: a curve needs two.',
        lines: [
          { name: 'training', colour: 'signal2', kind, y: loss },
          ...(validation.some((value) => value !== null)
            ? [
                {
                  name: 'validation',
                  colour: 'signal1',
                  kind: isPoints ? kind : 'dashed',
                  y: validation,
                } as const,
              ]
            : []),
        ],
        placeText: (at) => (shown[at] === null ? '' : placeOf(shown[at]!, section)),
        valueText: (value) => value.toPrecision(5),
      },
      `Loss by epoch. ${place}`,
    );
    putEpochs(byId('loss-table'), section);
    say(
      byId('artefacts'),
      [
        scaler === undefined ? '' : `Scaler ${scaler}.`,
        model === undefined ? '' : `Model in force: ${model}.`,
      ].join(' '),
    );
  }
}

function putEpochs(into: HTMLElement, { networks, passes, epochs }: TrainingSection): void {
  if (isFolded(into)) return;
  const counted = [
    'number',
    ...(networks > 1 ? ['network'] : []),
    ...(passes > 1 ? ['pass'] : []),
    ...['megaset', 'epoch', 'loss', 'validation loss'],
  ];
  putTable(
    into,
    'Loss by epoch, the newest first',
    counted.map((text) => ({ text, isNumber: true })),
    [...epochs]
      .reverse()
      .map(({ number, network, pass, megaset, epoch, loss, validationLoss }) => [
        String(number),
        ...(networks > 1 ? [counting(network)] : []),
        ...(passes > 1 ? [counting(pass)] : []),
        counting(megaset),
        counting(epoch),
        loss.toPrecision(5),
        validationLoss?.toPrecision(5) ?? '-',
      ]),
  );
}

/** People count from 1. */
function counting(from0: number | undefined): string {
  return from0 === undefined ? '-' : String(from0 + 1);
}

function lossText({ loss, validationLoss }: EpochView): string {
  const validation = validationLoss === undefined ? '' : `, validation ${validationLoss.toPrecision(4)}`;
  return `loss ${loss.toPrecision(4)}${validation}`;
}
