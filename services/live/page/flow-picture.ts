import { formatCount, formatRate } from '../../../lib/telemetry/format.js';
import type { FlowEdge, FlowNode, FlowSection, StageView } from '../shared/snapshot.js';
import { shortNumber } from './chart-data.js';
import { become, byId, draw } from './dom.js';
import { type Layout, layOut, leastScale } from './flow-layout.js';
import { stageTitle } from './stages.js';

/** A shape for each health, so that colour says nothing alone. */
const marks: Readonly<Record<StageView['health'], string>> = {
  working: '▶',
  waiting: '◦',
  done: '✓',
  behind: '▼',
  stalled: '■',
  failing: '✕',
  unreachable: '?',
};

/** The dataflow with rates on its edges. Its nodes stay when figures change: who reads it, or points at a box, is not put off. */
export class FlowPicture {
  readonly #into = byId('flow-picture');
  readonly #svg = draw('svg');
  #flow: FlowSection | undefined;

  constructor() {
    this.#svg.style.margin = '0 auto';
    new ResizeObserver(() => this.#draw()).observe(this.#into);
  }

  show(flow: FlowSection): void {
    this.#flow = flow;
    this.#draw();
  }

  #draw(): void {
    const flow = this.#flow;
    if (flow === undefined) return;
    const layout = layOut(flow.nodes, flow.edges, this.#into.clientWidth);
    const stages = new Map(flow.stages.map((stage) => [stage.stage, stage]));
    const made = draw(
      'svg',
      { viewBox: `0 0 ${layout.width} ${layout.height}`, role: 'img', 'aria-labelledby': 'flow-name' },
      draw('title', { id: 'flow-name' }, nameOf(flow)),
      ...flow.edges.flatMap((edge, at) => lineOf(edge, layout.lines[at]!, rateOf(edge, stages))),
      // After all lines, so that none crosses a word.
      ...flow.edges.flatMap((edge, at) => wordsOf(edge, layout.lines[at]!, rateOf(edge, stages))),
      ...flow.nodes.map((node) => nodeOf(node, layout, stages.get(node.id))),
    );
    become(this.#svg, made);
    // Where there is more room than it needs it would grow.
    this.#svg.style.maxWidth = `${layout.width * 1.15}px`;
    // Where there is less it scrolls sideways, before its words are too small.
    this.#svg.style.minWidth = `${layout.width * leastScale}px`;
    if (this.#svg.parentNode !== this.#into) this.#into.replaceChildren(this.#svg);
  }
}

function nameOf({ stages }: FlowSection): string {
  const parts = stages.map(
    ({ stage, health, rateIn }) => `${stageTitle(stage)} ${health}, ${formatRate(rateIn)}`,
  );
  return `Dataflow from ROOT files to score files. ${parts.join('; ')}. The table below says the same.`;
}

function nodeOf(node: FlowNode, layout: Layout, stage: StageView | undefined): SVGElement {
  const { x, y, width, height } = layout.boxes.get(node.id)!;
  const middle = x + width / 2;
  const text = (line: number, kind: string, content: string) =>
    draw('text', { x: middle, y: y + line, 'text-anchor': 'middle', class: kind }, content);
  if (stage === undefined) {
    return draw(
      'g',
      {},
      draw('rect', { x, y, width, height, rx: 4, class: 'files' }),
      text(height / 2 + 5, 'title', node.title),
    );
  }
  const { health, eventsIn, eventsOut, busy, copies, lag, lagUnit } = stage;
  const passed = stage.stage === 'trainer' ? `${brief(eventsIn)} rows` : `${brief(eventsOut)} out`;
  const isBehind = lag !== undefined && lag > 0 && lagUnit !== 'rows';
  const more = isBehind
    ? `${brief(lag)} wait`
    : copies === undefined
      ? `busy ${busy.toFixed(1)}`
      : `${copies.up} of ${copies.known} up`;
  return draw(
    'g',
    { 'data-state': health },
    draw('title', {}, `${node.title}: ${health}, ${stage.why}`),
    draw('rect', { x, y, width, height, rx: 7, class: 'box' }),
    text(20, 'title', node.title),
    text(36, 'word', `${marks[health]} ${health}`),
    text(52, 'small', passed),
    text(66, 'small', more),
  );
}

/** A box has room for eight digits; the table has them all. */
function brief(count: number): string {
  return count < 1e7 ? formatCount(count) : shortNumber(count);
}

/** Events a second along an edge; undefined for what goes along once. */
function rateOf({ of }: FlowEdge, stages: ReadonlyMap<string, StageView>): number | undefined {
  const stage = of === undefined ? undefined : stages.get(of.stage);
  return of?.side === 'in' ? stage?.rateIn : stage?.rateOut;
}

type Line = Layout['lines'][number];

function lineOf(edge: FlowEdge, { path, tipX, tipY, tipTurn }: Line, rate: number | undefined): SVGElement[] {
  const flows = rate !== undefined && rate > 0;
  const kind = edge.of === undefined ? 'line once' : flows ? 'line flows' : 'line';
  return [
    draw('path', { d: path, class: kind }),
    // What comes and goes is there in any case, so that the nodes after it keep their places.
    draw('path', { d: path, class: 'drop', display: flows ? undefined : 'none' }),
    draw('path', {
      d: 'M0 0-8-4-8 4Z',
      class: 'tip',
      transform: `translate(${tipX} ${tipY}) rotate(${tipTurn})`,
    }),
  ];
}

function wordsOf(edge: FlowEdge, line: Line, rate: number | undefined): SVGElement[] {
  const { labelX: x, labelY, rateY, anchor } = line;
  const text = (kind: string, y: number, content: string) =>
    draw('text', { x, y, 'text-anchor': anchor, class: kind }, content);
  return [
    text('label', labelY, edge.label),
    text('rate', rateY, rate !== undefined && rate > 0 ? formatRate(rate) : ''),
  ];
}
