import type { FlowEdge, FlowNode } from '../shared/snapshot.js';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly path: string;
  /** Where its name stands, and below it its rate: base lines of text that is set from `anchor`. */
  readonly labelX: number;
  readonly labelY: number;
  readonly rateY: number;
  readonly anchor: 'middle' | 'start' | 'end';
  /** Where the line ends, and in which direction: degrees, 0 to the right. */
  readonly tipX: number;
  readonly tipY: number;
  readonly tipTurn: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lines: readonly Line[];
}

/** Pixels of a box, between boxes along the flow and across it, and for labels beside the last column. */
const wide = { isWide: true, width: 122, height: 74, along: 74, across: 46, beside: 0 };
const tall = { isWide: false, width: 158, height: 74, along: 50, across: 56, beside: 72 };
const narrow = { isWide: false, width: 104, height: 74, along: 46, across: 44, beside: 70 };
/** Files have lower boxes. */
const filesInset = 14;
/** So far a picture may shrink: its small words, of 11.5 pixels, can still be read. */
export const leastScale = 0.9;

/**
 * Places of boxes and lines: from left to right where there is room, else from top to bottom. Where there is not even room
 * for that it is as narrow as it can be, and wider than the room.
 * @param room width in pixels
 */
export function layOut(nodes: readonly FlowNode[], edges: readonly FlowEdge[], room: number): Layout {
  const fits = (sizes: typeof wide) => leastScale * widthOf(nodes, sizes) <= room;
  const sizes = [wide, tall].find(fits) ?? narrow;
  const { isWide, width, height } = sizes;
  const stepAlong = (isWide ? width : height) + sizes.along;
  const stepAcross = (isWide ? height : width) + sizes.across;
  const boxes = new Map<string, Box>();
  for (const { id, kind, column, row } of nodes) {
    const [along, across] = [column * stepAlong, row * stepAcross];
    const inset = kind === 'files' ? filesInset : 0;
    boxes.set(id, {
      x: 2 + (isWide ? along : across),
      y: 2 + inset + (isWide ? across : along),
      width,
      height: height - 2 * inset,
    });
  }
  const lines = edges.map(({ from, to, of }) =>
    lineOf(boxes.get(from)!, boxes.get(to)!, isWide, of === undefined),
  );
  const bottom = Math.max(...[...boxes.values()].map((box) => box.y + box.height));
  return { width: widthOf(nodes, sizes), height: bottom + 2, boxes, lines };
}

/** Of the whole picture, with a margin of 2 on both sides. */
function widthOf(nodes: readonly FlowNode[], { isWide, width, along, across, beside }: typeof wide): number {
  const last = Math.max(...nodes.map(({ column, row }) => (isWide ? column : row)));
  return 2 + last * (width + (isWide ? along : across)) + width + beside + 2;
}

function lineOf(from: Box, to: Box, isWide: boolean, isOnce: boolean): Line {
  const isBeside = isWide ? from.x === to.x : from.y === to.y;
  return isBeside ? across(from, to, isWide, isOnce) : along(from, to, isWide, isOnce);
}

/** Between two boxes of one column (or, from top to bottom, of one line). */
function across(from: Box, to: Box, isWide: boolean, isOnce: boolean): Line {
  if (isWide) {
    const isUp = from.y > to.y;
    const x = from.x + from.width / 2;
    const [y1, y2] = isUp ? [from.y, to.y + to.height] : [from.y + from.height, to.y];
    return {
      path: `M${x} ${y1}V${y2}`,
      ...{ labelX: x + 8, labelY: (y1 + y2) / 2 + 2, rateY: (y1 + y2) / 2 + 16, anchor: 'start' },
      ...{ tipX: x, tipY: y2, tipTurn: isUp ? -90 : 90 },
    };
  }
  const isLeft = from.x > to.x;
  const y = from.y + from.height / 2;
  const [x1, x2] = isLeft ? [from.x, to.x + to.width] : [from.x + from.width, to.x];
  return {
    path: `M${x1} ${y}H${x2}`,
    ...{ labelX: (x1 + x2) / 2, ...above(y + 1, isOnce) },
    ...{ tipX: x2, tipY: y, tipTurn: isLeft ? 180 : 0 },
  };
}

/** From one step of the flow to a later one. */
function along(from: Box, to: Box, isWide: boolean, isOnce: boolean): Line {
  if (isWide) {
    const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
    const [x2, y2] = [to.x, to.y + to.height / 2];
    const middle = x2 - (x2 - x1) / 2;
    const tip = { tipX: x2, tipY: y2, tipTurn: 0 };
    if (y1 === y2) return { path: `M${x1} ${y1}H${x2}`, labelX: middle, ...above(y1, isOnce), ...tip };
    return {
      path: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`,
      // Under the curve, which comes from above.
      ...{ labelX: middle, labelY: y2 + 17, rateY: y2 + 31, anchor: 'middle' },
      ...tip,
    };
  }
  const [x1, y1] = [from.x + from.width / 2, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2, to.y];
  const middle = y2 - (y2 - y1) / 2;
  const isStraight = x1 === x2;
  return {
    path: isStraight ? `M${x1} ${y1}V${y2}` : `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`,
    // A curve comes from the left, and a straight line may end at the same box.
    ...(isStraight ? { labelX: x2 + 8, anchor: 'start' } : { labelX: x2 - 8, anchor: 'end' }),
    ...{ labelY: y2 - 18, rateY: y2 - 4 },
    ...{ tipX: x2, tipY: y2, tipTurn: 90 },
  };
}

/** Above a level line there is room for both. */
function above(y: number, isOnce: boolean): Pick<Line, 'labelY' | 'rateY' | 'anchor'> {
  return { labelY: isOnce ? y - 8 : y - 21, rateY: y - 7, anchor: 'middle' };
}
