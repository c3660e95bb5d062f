import { formatCount, formatRate } from '../../../lib/telemetry/format.js';
import type { FlowSection, StageView } from '../shared/snapshot.js';
import { Chart, sayOf } from './chart.js';
import type { ChartLine } from './chart-data.js';
import { byId, isFolded, putTable } from './dom.js';
import { stageTitle } from './stages.js';
import type { Series } from './store.js';
import { momentText } from './times.js';

/** Colours by stage: the same in both charts. */
const looks: Readonly<Record<string, Pick<ChartLine, 'colour' | 'kind'>>> = {
  ingest: { colour: 'signal2', kind: 'line' },
  selector: { colour: 'signal1', kind: 'line' },
  featurizer: { colour: 'signal3', kind: 'line' },
  scaler_moments: { colour: 'signal6', kind: 'dashed' },
  scaler: { colour: 'signal6', kind: 'line' },
  trainer: { colour: 'signal4', kind: 'dashed' },
  scorer: { colour: 'signal5', kind: 'line' },
  feature_files: { colour: 'faint', kind: 'dashed' },
};
const otherLook = { colour: 'soft', kind: 'line' } as const;

interface TimeChart {
  readonly id: string;
  readonly prefix: string;
  readonly yLabel: (stages: readonly StageView[]) => string;
  readonly empty: string;
  /** What it is now: a point of a long run stands for minutes. */
  readonly now: (stage: StageView) => number;
  readonly chart: Chart;
  readonly text: (value: number) => string;
}

/** Throughput and what waits, over time. */
export class TimeCharts {
  readonly #charts: readonly TimeChart[];

  constructor() {
    this.#charts = [
      {
        id: 'throughput',
        prefix: 'events ',
        yLabel: () => 'events / s',
        empty: 'Nothing has gone through yet.',
        now: ({ stage, rateIn, rateOut }) => (stage === 'trainer' ? rateIn : rateOut),
        text: formatRate,
        chart: new Chart({ id: 'throughput', isTime: true }),
      },
      {
        id: 'lag',
        prefix: 'lag ',
        yLabel: (stages) => [...new Set(stages.map(({ lagUnit }) => lagUnit))].join(', '),
        empty: 'Nothing has waited yet.',
        now: ({ lag = 0 }) => lag,
        text: formatCount,
        chart: new Chart({ id: 'lag', isTime: true }),
      },
    ];
  }

  show(series: Series, { stages }: FlowSection): void {
    for (const one of this.#charts) this.#show(one, series, stages);
  }

  #show(
    { id, prefix, chart, text, yLabel, empty, now }: TimeChart,
    { times, lines }: Series,
    views: readonly StageView[],
  ): void {
    const stages = Object.keys(lines)
      .filter((name) => name.startsWith(prefix) && lines[name]!.some((value) => (value ?? 0) > 0))
      .map((name) => name.slice(prefix.length));
    const shown = views.filter(({ stage }) => stages.includes(stage));
    const summary = shown.map((view) => `${stageTitle(view.stage)} ${text(now(view))}`).join(', ');
    const moment = momentText(times[0] ?? 0, times.at(-1) ?? 0);
    sayOf(id, stages.length === 0 ? '' : `Now: ${summary}`);
    chart.show(
      {
        x: times,
        xLabel: 'time',
        yLabel: yLabel(shown),
        empty,
        lines: stages.map((stage) => ({
          // Of the training every epoch counts its rows again.
          name: stage === 'trainer' ? 'trainer (rows)' : stageTitle(stage),
          ...(Object.hasOwn(looks, stage) ? looks[stage]! : otherLook),
          y: lines[`${prefix}${stage}`]!,
        })),
        placeText: (at) => moment(times[at] ?? 0),
        valueText: text,
      },
      `Lines over time by stage. ${summary}`,
    );
    const details = byId(`${id}-table`);
    if (isFolded(details)) return;
    putTable(
      details,
      'Every point, the newest first',
      [{ text: 'time' }, ...stages.map((stage) => ({ text: stageTitle(stage), isNumber: true }))],
      times
        .map((time, at) => [
          moment(time),
          ...stages.map((stage) => {
            const value = lines[`${prefix}${stage}`]![at] ?? null;
            return value === null ? '-' : text(value);
          }),
        ])
        .reverse(),
    );
  }
}
