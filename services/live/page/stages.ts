import { formatBytes, formatCount, formatDuration, formatRate } from '../../../lib/telemetry/format.js';
import type { FlowSection, PhaseView, StageView } from '../shared/snapshot.js';
import { badge, byId, draw, make, putTable, say } from './dom.js';
import { timeText } from './times.js';

export function stageTitle(stage: string): string {
  return stage.replaceAll('_', ' ');
}

const number = (text: string) => ({ text, isNumber: true });

export function showStages({ stages }: FlowSection): void {
  putTable(
    byId('stages-table'),
    'Stages of the dataflow: health, events, rates, what waits',
    [
      { text: 'stage' },
      { text: 'health' },
      { text: 'why' },
      number('events in'),
      number('events out'),
      number('in'),
      number('out'),
      number('busy'),
      number('in memory'),
      number('waits'),
      number('rejected'),
      number('errors'),
      number('last checkpoint'),
    ],
    stages.map((stage) => [
      stageTitle(stage.stage),
      { content: badge(stage.health) },
      stage.why,
      formatCount(stage.eventsIn),
      formatCount(stage.eventsOut),
      formatRate(stage.rateIn),
      formatRate(stage.rateOut),
      stage.busy.toFixed(2),
      memoryOf(stage),
      lagOf(stage),
      formatCount(Object.values(stage.rejected).reduce((sum, count) => sum + count, 0)),
      formatCount(stage.errors),
      // Once nothing moves nothing is shown anew: a time stays true, an age does not.
      stage.checkpointMs === undefined ? '-' : timeText(stage.checkpointMs),
    ]),
  );
}

function memoryOf({ queueBatches, queueBytes }: StageView): string {
  if (queueBatches === undefined) return '-';
  return `${formatCount(queueBatches)} (${formatBytes(queueBytes ?? 0)})`;
}

function lagOf({ lag, lagUnit, lagSeconds }: StageView): string {
  if (lag === undefined) return '-';
  const since = lagSeconds === undefined || lagSeconds < 1 ? '' : `, ${formatDuration(lagSeconds)}`;
  return `${formatCount(lag)} ${lagUnit}${since}`;
}

const phaseWords: Readonly<Record<PhaseView['state'], string>> = {
  planned: 'to come',
  running: 'running',
  done: 'done',
  failed: 'failed',
};

/** The phases of a run with their bars; items stay, so that nothing jumps. */
export function showPhases(phases: readonly PhaseView[]): void {
  const list = byId('phases');
  byId('progress').hidden = phases.length === 0;
  // Another server may have a run of another engine.
  const names = [...list.children].map((item) => item.querySelector('.name')?.textContent);
  if (names.some((name, at) => name !== phases[at]?.name)) list.replaceChildren();
  phases.forEach(({ name, state, done, total, isEstimate }, at) => {
    let item = list.children[at] as HTMLElement | undefined;
    if (item === undefined) {
      item = make(
        'li',
        {},
        make('span', { class: 'name' }, name),
        make('span', { class: 'word' }),
        make('progress', { 'aria-label': name, max: 1, value: 0 }),
        make('span', { class: 'count' }),
      );
      list.append(item);
    }
    item.dataset.state = state;
    say(item.querySelector('.word')!, phaseWords[state]);
    const bar = item.querySelector('progress')!;
    bar.value = state === 'done' ? 1 : total > 0 ? Math.min(1, done / total) : 0;
    say(
      item.querySelector('.count')!,
      total > 0
        ? `${formatCount(done)} of ${isEstimate === true ? 'about ' : ''}${formatCount(total)}`
        : done > 0
          ? formatCount(done)
          : '\u00a0',
    );
  });
}

/** A short line as it is in a chart. */
export function swatch(colour: string, kind: 'line' | 'dashed' | 'fill' | 'points'): SVGElement {
  const svg = draw('svg', { viewBox: '0 0 22 12', 'aria-hidden': 'true' });
  if (kind === 'fill') svg.append(draw('rect', { x: 1, y: 1, width: 20, height: 10, fill: colour }));
  else if (kind === 'points') svg.append(draw('circle', { cx: 11, cy: 6, r: 4, fill: colour }));
  else
    svg.append(
      draw('path', {
        d: 'M1 6H21',
        stroke: colour,
        'stroke-width': 2.5,
        'stroke-dasharray': kind === 'dashed' ? '5 3' : undefined,
      }),
    );
  return svg;
}
