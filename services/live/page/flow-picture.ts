import { formatCount, formatRate } from '../../../lib/telemetry/format.js';
import type { FlowEdge, FlowNode, FlowSection, StageView } from '../shared/snapshot.js';
import { byId, draw } from './dom.js';
import { type Layout, layOut } from './flow-layout.js';
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

/** The dataflow with rates on its edges. It is drawn anew where something in it has changed. */
export class FlowPicture {
  readonly #into = byId('flow-picture');
  #flow: FlowSection | undefined;

  constructor() {
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
    const svg = draw(
      'svg',
      { viewBox: `0 0 ${layout.width} ${layout.height}`, role: 'img', 'aria-labelledby': 'flow-name' },
      draw('title', { id: 'flow-name' }, nameOf(flow)),
      ...flow.edges.flatMap((edge, at) => edgeOf(edge, layout.lines[at]!, stages)),
      ...flow.nodes.map((node) => nodeOf(node, layout, stages.get(node.id))),
    );
    // Where there is more room than it needs it would grow.
    svg.style.maxWidth = `${layout.width * 1.15}px`;
    svg.style.margin = '0 auto';
    this.#into.replaceChildren(svg);
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
  const passed =
    stage.stage === 'trainer' ? `${formatCount(eventsIn)} rows` : `${formatCount(eventsOut)} out`;
  const isBehind = lag !== undefined && lag > 0 && lagUnit !== 'rows';
  const more = isBehind
    ? `${formatCount(lag)} wait`
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

function edgeOf(
  edge: FlowEdge,
  line: Layout['lines'][number],
  stages: ReadonlyMap<string, StageView>,
): SVGElement[] {
  const stage = edge.of === undefined ? undefined : stages.get(edge.of.stage);
  const rate = stage === undefined ? undefined : edge.of!.side === 'in' ? stage.rateIn : stage.rateOut;
  const flows = rate !== undefined && rate > 0;
  const { labelX: x, labelY: y, anchor, tipX, tipY, tipTurn } = line;
  const isCurved = line.path.includes('C');
  const text = (kind: string, at: number, content: string) =>
    draw('text', { x, y: at, 'text-anchor': anchor, class: kind }, content);
  const kind = edge.of === undefined ? 'line once' : flows ? 'line flows' : 'line';
  return [
    draw('path', { d: line.path, class: kind }),
    ...(flows ? [draw('path', { d: line.path, class: 'drop' })] : []),
    draw('path', {
      d: 'M0 0-8-4-8 4Z',
      class: 'tip',
      transform: `translate(${tipX} ${tipY}) rotate(${tipTurn})`,
    }),
    text('label', y + (anchor === 'start' ? 2 : isCurved || edge.of === undefined ? 0 : -13), edge.label),
    ...(flows ? [text('rate', y + (anchor === 'start' ? 16 : isCurved ? 14 : 1), formatRate(rate))] : []),
  ];
}
