import type uPlotClass from 'uplot';
import { type ChartData, type ChartLine, middleAt, readingAt, shortNumber } from './chart-data.js';
import { byId, make, say } from './dom.js';
import { Readout } from './readout.js';
import { swatch } from './stages.js';
import { colour, onTheme } from './theme.js';
import { momentText } from './times.js';

export interface ChartOptions {
  readonly id: string;
  readonly isTime?: boolean;
  /** Powers of ten on the y axis; values that are not above 0 have no point. */
  readonly isLog?: boolean;
  /** Values of bins: x holds edges and middles of them in turn, from the first edge to the last. */
  readonly isStepped?: boolean;
  /** x counts something. */
  readonly areWhole?: boolean;
}

const height = 240;
const nothing: ChartData = {
  ...{ x: [], xLabel: '', yLabel: '', empty: '', lines: [] },
  placeText: () => '',
  valueText: String,
};
const dash = [6, 4];
const wholeSteps = [1, 2, 5]
  .flatMap((step) => [1, 10, 100, 1000].map((unit) => step * unit))
  .sort((a, b) => a - b);

/** A chart of uPlot with a legend of our own, in the colours of the theme; drawn anew when those change. */
export class Chart {
  readonly #options: ChartOptions;
  readonly #plot: HTMLElement;
  readonly #readout = new Readout();
  #chart: uPlotClass | undefined;
  #key = '';
  #data: ChartData = nothing;

  constructor(options: ChartOptions) {
    this.#options = options;
    this.#plot = byId(`${options.id}-plot`);
    this.#plot.setAttribute('role', 'img');
    new ResizeObserver(() => this.#chart?.setSize({ width: this.#plot.clientWidth, height })).observe(
      this.#plot,
    );
    onTheme(() => {
      this.#key = '';
      this.show(this.#data, this.#plot.ariaLabel ?? '');
    });
  }

  /** @param summary what it shows, in words */
  show(data: ChartData, summary: string): void {
    const { id } = this.#options;
    const { xLabel, yLabel, empty } = data;
    this.#data = data;
    this.#plot.ariaLabel = summary;
    const isEmpty = data.x.length < (this.#options.isStepped ? 1 : 2) || data.lines.length === 0;
    this.#plot.classList.toggle('empty', isEmpty);
    const key = JSON.stringify([
      isEmpty ? empty : [xLabel, yLabel],
      ...data.lines.map(({ name, kind, colour }) => [name, kind, colour]),
    ]);
    if (key !== this.#key) {
      this.#key = key;
      this.#chart?.destroy();
      this.#chart = undefined;
      this.#plot.replaceChildren();
      if (isEmpty) this.#plot.textContent = empty;
      else {
        this.#chart = new uPlot(this.#settings(data), aligned(data), this.#plot);
        this.#readout.putInto(this.#plot);
      }
    } else if (this.#chart !== undefined) {
      this.#chart.setData(aligned(data));
      this.#read(this.#chart);
    }
    showLegend(byId(`${id}-legend`), isEmpty ? [] : data.lines);
  }

  /** Says what stands at the cursor, where it is over the chart. */
  #read({ cursor, posToVal, over }: uPlotClass): void {
    const { left = -1, idx } = cursor;
    if (left < 0 || idx == null) return void this.#readout.hide();
    const { x } = this.#data;
    const at = this.#options.isStepped ? middleAt(x, posToVal(left, 'x')) : idx;
    this.#readout.show(readingAt(this.#data, at), over.offsetLeft + left, this.#plot.clientWidth);
  }

  #settings(data: ChartData): uPlotClass.Options {
    const { isTime = false, isLog = false, areWhole = false, isStepped = false } = this.#options;
    const { xLabel, yLabel } = data;
    const soft = colour('soft');
    const grid = { stroke: colour('line'), width: 1 };
    const axis = { stroke: soft, grid, ticks: grid, font: '12px system-ui,sans-serif', labelSize: 18 };
    return {
      width: this.#plot.clientWidth,
      height,
      // Half of the last label stands beyond the axis.
      padding: [null, isTime ? 36 : 16, null, null],
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 7 },
        drag: { x: false, y: false },
        ...(isStepped ? { dataIdx: (chart, _, __, place) => middleAt(chart.data[0], place) } : {}),
      },
      hooks: { setCursor: [(chart) => this.#read(chart)] },
      scales: {
        x: { time: isTime },
        y: isLog
          ? { distr: 3, range: (_, low, high) => logRange(low, high) }
          : { range: (_, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.05 : 1] },
      },
      axes: [
        {
          ...axis,
          label: xLabel,
          labelFont: '12px system-ui,sans-serif',
          ...(isTime ? { values: clock, space: 84 } : {}),
          ...(areWhole ? { incrs: wholeSteps } : {}),
        },
        {
          ...axis,
          label: yLabel,
          labelFont: '12px system-ui,sans-serif',
          size: 58,
          values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : shortNumber(tick))),
          ...(isLog
            ? {
                filter: powersOfTen,
                grid: { ...grid, filter: powersOfTen },
                ticks: { ...grid, filter: powersOfTen },
              }
            : {}),
        },
      ],
      series: [{}, ...data.lines.map((line) => this.#series(line))],
    };
  }

  #series({ kind, colour: name }: ChartLine): uPlotClass.Series {
    const { isStepped = false } = this.#options;
    const stroke = colour(name);
    // A gap begins at the edge of its first bin: else half of the bin before goes with it.
    const stepped = isStepped ? { paths: uPlot.paths.stepped!({ align: 1, alignGaps: 1 }) } : {};
    if (kind === 'points')
      return { stroke, width: 0, paths: () => null, points: { show: true, size: 7, fill: stroke } };
    return {
      ...stepped,
      stroke,
      width: kind === 'fill' ? 1 : 2,
      points: { show: false },
      ...(kind === 'fill' ? { fill: stroke } : {}),
      ...(kind === 'dashed' ? { dash } : {}),
    };
  }
}

function aligned({ x, lines }: ChartData): uPlotClass.AlignedData {
  return [[...x], ...lines.map(({ y }) => [...y])] as uPlotClass.AlignedData;
}

/** Whole powers of ten around the values. */
function logRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !(high > 0)) return [0.1, 10];
  const top = 10 ** Math.ceil(Math.log10(high) + 0.05);
  return [Math.max(10 ** Math.floor(Math.log10(Math.max(low, 1e-300))), top / 1e6), top];
}

function powersOfTen(_: uPlotClass, ticks: number[]): (number | null)[] {
  return ticks.map((tick) =>
    Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-6 ? tick : null,
  );
}

function clock(_: uPlotClass, ticks: number[]): string[] {
  return ticks.map(momentText(ticks[0] ?? 0, ticks.at(-1) ?? 0));
}

function showLegend(list: HTMLElement, lines: readonly ChartLine[]): void {
  const items = lines.map(({ name, colour: property, kind, note }) => {
    const words = make('span', {}, name);
    if (note !== undefined) words.append(' ', make('b', {}, note));
    return make('li', {}, swatch(colour(property), kind), words);
  });
  const made = make('ul', {}, ...items);
  if (
    made.textContent === list.textContent &&
    list.childElementCount === items.length &&
    list.dataset.theme === colour('ink')
  )
    return;
  list.dataset.theme = colour('ink');
  list.replaceChildren(...made.children);
}

export function sayOf(id: string, text: string): void {
  say(byId(`${id}-say`), text);
}
