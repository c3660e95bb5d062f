/** Rotated coordinates that the search looks at before it measures a row (search.c). */
export const searchAxes = 12;
/** The first of them, in which boxes are. */
const boxAxes = 8;

/** Rows that a leaf holds at most; of 8, 16, 32 and 64 the quickest. */
const leafRows = 32;

/** A complete k-d tree as search.c reads it. */
export interface NeighbourTree {
  readonly leaves: number;
  /** Least and greatest coordinates of each node, 2 x boxAxes. */
  readonly boxes: Float32Array;
  /** Rotated coordinates of four rows at a time, axis by axis; +infinity where there is no row. */
  readonly blocks: Float32Array;
  /** Rows in the order of the blocks, 4 for each. */
  readonly rows: Float32Array;
  /** First block of each leaf, and their end. */
  readonly starts: Int32Array;
}

/**
 * Halves the rows along the rotated coordinate that varies most, again and again.
 * @param values rows x columns, at least one row
 * @param rotated rows x searchAxes
 */
export function buildTree(values: Float32Array, rotated: Float32Array, columns: number): NeighbourTree {
  const count = values.length / columns;
  let leaves = 1;
  while (count > leaves * leafRows) leaves *= 2;
  const nodes = 2 * leaves - 1;
  const order = Int32Array.from({ length: count }, (_, row) => row);
  const boxes = new Float32Array(nodes * 2 * boxAxes);
  const ends = new Int32Array(nodes);
  const firsts = new Int32Array(nodes);
  ends[0] = count;
  for (let node = 0; node < nodes; node++) {
    const part = order.subarray(firsts[node]!, ends[node]!);
    const box = boxes.subarray(node * 2 * boxAxes, (node + 1) * 2 * boxAxes);
    const axis = enclose(part, rotated, box);
    if (node >= leaves - 1) continue;
    part.sort((a, b) => rotated[a * searchAxes + axis]! - rotated[b * searchAxes + axis]! || a - b);
    const middle = firsts[node]! + (part.length >> 1);
    firsts[2 * node + 1] = firsts[node]!;
    ends[2 * node + 1] = middle;
    firsts[2 * node + 2] = middle;
    ends[2 * node + 2] = ends[node]!;
  }
  return { leaves, boxes, ...layLeaves(order, firsts, ends, leaves, values, rotated, columns) };
}

/** Writes the box of rows and returns the axis along which they vary most. */
function enclose(rows: Int32Array, rotated: Float32Array, box: Float32Array): number {
  let widest = 0;
  let best = -1;
  for (let axis = 0; axis < boxAxes; axis++) {
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (let i = 0; i < rows.length; i++) {
      const value = rotated[rows[i]! * searchAxes + axis]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      sum += value;
    }
    box[axis] = least;
    box[boxAxes + axis] = greatest;
    const mean = sum / rows.length;
    let squares = 0;
    for (let i = 0; i < rows.length; i++) squares += (rotated[rows[i]! * searchAxes + axis]! - mean) ** 2;
    if (squares > best) {
      best = squares;
      widest = axis;
    }
  }
  return widest;
}

function layLeaves(
  order: Int32Array,
  firsts: Int32Array,
  ends: Int32Array,
  leaves: number,
  values: Float32Array,
  rotated: Float32Array,
  columns: number,
): Pick<NeighbourTree, 'blocks' | 'rows' | 'starts'> {
  const starts = new Int32Array(leaves + 1);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const node = leaves - 1 + leaf;
    starts[leaf + 1] = starts[leaf]! + Math.ceil((ends[node]! - firsts[node]!) / 4);
  }
  const blocks = new Float32Array(starts[leaves]! * 4 * searchAxes).fill(Number.POSITIVE_INFINITY);
  const rows = new Float32Array(starts[leaves]! * 4 * columns);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const node = leaves - 1 + leaf;
    for (let i = firsts[node]!, place = 4 * starts[leaf]!; i < ends[node]!; i++, place++) {
      const row = order[i]!;
      rows.set(values.subarray(row * columns, (row + 1) * columns), place * columns);
      const block = (place >> 2) * 4 * searchAxes + (place & 3);
      for (let axis = 0; axis < searchAxes; axis++) {
        blocks[block + 4 * axis] = rotated[row * searchAxes + axis]!;
      }
    }
  }
  return { blocks, rows, starts };
}
