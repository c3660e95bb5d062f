import { formatCount } from '../../../lib/telemetry/format.js';
import type { HistogramView, ProcessView, ScoresSection } from '../shared/snapshot.js';
import { Chart, type ChartData, sayOf, shortNumber } from './chart.js';
import { byId, putTable } from './dom.js';

type Counted = 'weights' | 'counts';
type Processes = ScoresSection['processes'];

/** As many colours as the theme has for each kind. */
const backgroundColours = 12;
const signalColours = 6;

const charts = [
  { id: 'histogram', title: 'Anomaly score', xLabel: '', unit: '' },
  { id: 'tail-met', title: 'MET of the tail', xLabel: 'MET (GeV)', unit: 'GeV' },
  { id: 'tail-mll', title: 'mll of the tail', xLabel: 'mll (GeV)', unit: 'GeV' },
] as const;

/** Distributions by process: background stacked, signals as lines, data as points. */
export class Scores {
  #section: ScoresSection | undefined;
  #counted: Counted = 'weights';
  readonly #charts = new Map<string, Chart>();

  constructor() {
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name=count]'))
      radio.addEventListener('change', () => {
        this.#counted = radio.value as Counted;
        if (this.#section !== undefined) this.show(this.#section);
      });
  }

  show(section: ScoresSection): void {
    this.#section = section;
    const { histogram, tail, processes, rows, files } = section;
    const axis = section.isLog ? `log10 of ${section.score}` : section.score;
    if (this.#charts.size === 0) this.#make(axis);
    const unread = section.unreadable === 0 ? '' : `; ${section.unreadable} files could not be read`;
    const scaled = `simulation weighted to ${section.luminosityFb} fb⁻¹, data as they are`;
    const events = `${formatCount(rows)} events of ${formatCount(files)} files`;
    sayOf('histogram', rows === 0 ? '' : `${events}${unread}; ${scaled}`);
    const cut =
      tail === undefined
        ? ''
        : `${formatCount(tail.rows)} events with ${section.score} from ${tail.from.toPrecision(3)} on: ${(100 * tail.realised).toPrecision(2)} % of ${tail.of}`;
    sayOf('tail-met', cut);
    sayOf('tail-mll', cut);
    this.#draw('histogram', histogram, processes, axis);
    this.#draw('tail-met', tail?.met, processes, 'MET');
    this.#draw('tail-mll', tail?.mll, processes, 'mll');
  }

  #make(axis: string): void {
    for (const { id, xLabel } of charts)
      this.#charts.set(
        id,
        new Chart({
          id,
          xLabel: xLabel === '' ? axis : xLabel,
          yLabel: 'events',
          isLog: true,
          isStepped: true,
          empty: 'No file of scores is finished yet.',
        }),
      );
  }

  #draw(id: string, histogram: HistogramView | undefined, processes: Processes, quantity: string): void {
    const data: ChartData =
      histogram === undefined ? { x: [], lines: [] } : stacked(histogram, processes, this.#counted);
    this.#charts.get(id)!.show(data, `Distribution of ${quantity} by process: ${sumsOf(processes)}`);
    const details = byId(`${id}-table`);
    if (histogram === undefined) details.replaceChildren();
    else putBins(details, histogram, processes, this.#counted, quantity);
  }
}

function sumsOf(processes: Processes): string {
  return processes.map(({ name, kind, rows }) => `${name} (${kind}) ${formatCount(rows)} events`).join(', ');
}

/** Backgrounds drawn as their sums from the top of the stack down, each over the one before; then signals and data. */
function stacked(
  { width, first, ...bins }: HistogramView,
  processes: Processes,
  counted: Counted,
): ChartData {
  const values = bins[counted];
  const length = values[0]?.length ?? 0;
  // Edges and middles of bins, and the edge at which the last one ends: steps begin at edges, points stand in the middle.
  const x = Array.from({ length: 2 * length + 1 }, (_, half) => (first + half / 2) * width);
  const shown = (sums: readonly number[]) => [...sums.flatMap((value) => twice(positive(value))), null];
  const inMiddles = (sums: readonly number[]) => [...sums.flatMap((value) => [null, positive(value)]), null];
  const of = (kind: ProcessView['kind']) =>
    processes.flatMap((process, at) => (process.kind === kind ? [{ process, at }] : []));
  const note = (process: ProcessView) =>
    counted === 'counts' ? formatCount(process.rows) : shortNumber(process.yield);
  const backgrounds = of('background').sort(
    (a, b) => b.process.yield - a.process.yield || (a.process.name < b.process.name ? -1 : 1),
  );
  const sums = new Array<number>(length).fill(0);
  // From the smallest at the bottom of the stack up, as reports have it.
  const fills = [...backgrounds].reverse().map(({ process, at }) => {
    for (let bin = 0; bin < length; bin++) sums[bin]! += Math.max(0, values[at]?.[bin] ?? 0);
    const colour = `c${(backgrounds.findIndex((one) => one.at === at) % backgroundColours) + 1}`;
    return { name: process.name, colour, kind: 'fill' as const, note: note(process), y: shown(sums) };
  });
  return {
    x,
    lines: [
      ...fills.reverse(),
      ...of('signal').map(({ process, at }, number) => ({
        name: process.name,
        colour: `signal${(number % signalColours) + 1}`,
        kind: 'dashed' as const,
        note: note(process),
        y: shown(values[at] ?? []),
      })),
      ...of('data').map(({ process, at }) => ({
        name: process.name,
        colour: 'data',
        kind: 'points' as const,
        note: note(process),
        y: inMiddles(values[at] ?? []),
      })),
    ],
  };
}

/** On a logarithmic axis what is not above 0 has no place. */
function positive(value: number): number | null {
  return value > 0 ? value : null;
}

function twice(value: number | null): (number | null)[] {
  return [value, value];
}

function putBins(
  into: HTMLElement,
  { width, first, ...bins }: HistogramView,
  processes: Processes,
  counted: Counted,
  quantity: string,
): void {
  if (!(into.parentElement as HTMLDetailsElement).open) return;
  const values = bins[counted];
  putTable(
    into,
    `${quantity} by process`,
    [{ text: `${quantity} from` }, ...processes.map(({ name }) => ({ text: name, isNumber: true }))],
    Array.from({ length: values[0]?.length ?? 0 }, (_, bin) => [
      String(Number(((first + bin) * width).toPrecision(6))),
      ...processes.map((_, at) => shortNumber(values[at]?.[bin] ?? 0)),
    ]),
  );
}
