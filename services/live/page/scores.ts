import { formatCount } from '../../../lib/telemetry/format.js';
import type { HistogramView, ScoresSection } from '../shared/snapshot.js';
import { Chart, sayOf } from './chart.js';
import { type ChartData, type ChartLine, shortNumber } from './chart-data.js';
import { byId, isFolded, putTable } from './dom.js';
import { type Counted, stacked } from './stacks.js';

type Processes = ScoresSection['processes'];

/** Each with the unit of its quantity. */
const charts = [
  { id: 'histogram', of: (section: ScoresSection) => section.histogram, unit: '' },
  { id: 'tail-met', of: ({ tail }: ScoresSection) => tail?.met, unit: ' GeV' },
  { id: 'tail-mll', of: ({ tail }: ScoresSection) => tail?.mll, unit: ' GeV' },
] as const;
const quantities = { 'tail-met': 'MET', 'tail-mll': 'mll' } as const;

/** Distributions by process: background stacked, signals as lines, data as points. */
export class Scores {
  #section: ScoresSection | undefined;
  #counted: Counted = 'weights';
  readonly #charts = new Map(
    charts.map(({ id }) => [id, new Chart({ id, isLog: true, isStepped: true })] as const),
  );

  constructor() {
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name=count]'))
      radio.addEventListener('change', () => {
        this.#counted = radio.value as Counted;
        if (this.#section !== undefined) this.show(this.#section);
      });
  }

  show(section: ScoresSection): void {
    this.#section = section;
    sayOf('histogram', section.rows === 0 ? '' : histogramWords(section));
    const tail = tailWords(section);
    sayOf('tail-met', tail);
    sayOf('tail-mll', tail);
    for (const { id, of, unit } of charts) {
      const quantity =
        id === 'histogram' ? (section.isLog ? `log10 of ${section.score}` : section.score) : quantities[id];
      const histogram = of(section);
      this.#draw(id, histogram, section.processes, quantity, unit);
    }
  }

  #draw(
    id: (typeof charts)[number]['id'],
    histogram: HistogramView | undefined,
    processes: Processes,
    quantity: string,
    unit: string,
  ): void {
    const counted = this.#counted;
    const what = counted === 'weights' ? 'expected events' : 'scored events';
    const drawn = histogram === undefined ? { x: [], lines: [] } : stacked(histogram, processes, counted);
    const data: ChartData = {
      ...drawn,
      xLabel: unit === '' ? quantity : `${quantity} (${unit.trim()})`,
      // Bins grow with the range: what stands on the axis is by bin.
      yLabel: histogram === undefined ? what : `${what} / ${histogram.width}${unit}`,
      empty: this.#emptyWords(id === 'histogram'),
      placeText: (at) => `${quantity} ${edgeText(drawn.x[at - 1])} to ${edgeText(drawn.x[at + 1])}${unit}`,
      valueText: counted === 'counts' ? formatCount : shortNumber,
    };
    this.#charts.get(id)!.show(data, `Distribution of ${quantity} by process: ${sumsOf(drawn.lines)}`);
    const details = byId(`${id}-table`);
    if (histogram === undefined) details.replaceChildren();
    else putBins(details, histogram, processes, counted, quantity);
  }

  #emptyWords(isWhole: boolean): string {
    const { rows = 0, files = 0 } = this.#section ?? {};
    if (files === 0) return 'No file of scores is finished yet.';
    if (rows === 0) return 'No event has been scored yet.';
    return isWhole ? 'No score has a place on this axis.' : 'The last bin holds more than the tail would.';
  }
}

function histogramWords(section: ScoresSection): string {
  const { rows, files, unreadable, histogram, luminosityFb, luminosityOf, processes } = section;
  const counted = histogram?.counts.flat().reduce((sum, count) => sum + count, 0) ?? 0;
  const hasData = processes.some(({ kind }) => kind === 'data');
  const asThey = hasData ? ', data as they are' : '';
  const parts = [
    `${formatCount(rows)} events of ${formatCount(files)} files`,
    ...(unreadable === 0 ? [] : [`${formatCount(unreadable)} files could not be read`]),
    ...(counted >= rows ? [] : [`${formatCount(rows - counted)} have no place on this axis`]),
    luminosityOf === 'data'
      ? `simulation weighted to the ${luminosityFb.toPrecision(4)} fb⁻¹ of the data`
      : `simulation weighted to ${luminosityFb} fb⁻¹${asThey}`,
    ...(histogram?.weights.flat().some((weight) => weight < 0)
      ? ['what is below 0 in a bin is in the table only']
      : []),
  ];
  return parts.join('; ');
}

function tailWords({ tail, score }: ScoresSection): string {
  if (tail === undefined) return '';
  return `${formatCount(tail.rows)} events with ${score} from ${tail.from.toPrecision(3)} on: ${(100 * tail.realised).toPrecision(2)} % of ${tail.of}`;
}

function sumsOf(lines: readonly ChartLine[]): string {
  return lines.map(({ name, note }) => `${name} ${note}`).join(', ');
}

/** An edge of a bin without the noise of its multiplication. */
function edgeText(value = 0): string {
  return String(Number(value.toPrecision(6)));
}

function putBins(
  into: HTMLElement,
  { width, first, ...bins }: HistogramView,
  processes: Processes,
  counted: Counted,
  quantity: string,
): void {
  if (isFolded(into)) return;
  const values = bins[counted];
  putTable(
    into,
    `${quantity} by process`,
    [{ text: `${quantity} from` }, ...processes.map(({ name }) => ({ text: name, isNumber: true }))],
    Array.from({ length: values[0]?.length ?? 0 }, (_, bin) => [
      edgeText((first + bin) * width),
      ...processes.map((_, at) => shortNumber(values[at]?.[bin] ?? 0)),
    ]),
  );
}
