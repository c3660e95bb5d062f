/* Exact nearest neighbours, for WebAssembly with SIMD (lib/base/wasm/build.py); search.ts lays out the memory.
 *
 * Rows are looked at in AXES rotated coordinates, those along which they vary most, and lie in a k-d tree whose boxes
 * are in the first BOX_AXES of them: what is beyond the limit there is beyond it in all coordinates. What is not is
 * measured in float64 in the coordinates given, one after the other. So the answer has the bits of a plain search, and
 * the tree decides only how soon it comes.
 *
 * The tree is complete: node i has the children 2i+1 and 2i+2, the last `leaves` nodes are leaves. A box is
 * BOX_AXES least and BOX_AXES greatest coordinates. Leaves hold blocks of four rows, AXES x 4 rotated coordinates, axis by axis; places
 * without a row are +infinity.
 */
#include <wasm_simd128.h>

#define AXES 12
#define BOX_AXES 8
#define MAX_KEPT 256
#define MAX_DEPTH 32

/* What a squared distance in float32 may be too large by, relative to itself and to the query's square: rotated
 * coordinates are off by 2^-24 of the lengths of query and row, and 2ab <= a^2 / 1e5 + 1e5 b^2. */
#define RELATIVE 2e-5
#define ABSOLUTE 4e-9

typedef struct {
  double squares[MAX_KEPT];
  int kept;
  double slack;
  float limit;
} Nearest;

static void set_limit(Nearest *nearest) {
  const double limit = (nearest->squares[nearest->kept - 1] + nearest->slack) * (1 + RELATIVE);
  /* Below infinity, which places without a row have. */
  nearest->limit = limit < 3e38 ? (float)limit : 3e38f;
}

static float distance_to_box(const float *box, const float *rotated) {
  const v128_t zero = wasm_f32x4_splat(0);
  v128_t sum = zero;
  for (int axis = 0; axis < BOX_AXES; axis += 4) {
    const v128_t at = wasm_v128_load(rotated + axis);
    const v128_t below = wasm_f32x4_sub(wasm_v128_load(box + axis), at);
    const v128_t above = wasm_f32x4_sub(at, wasm_v128_load(box + BOX_AXES + axis));
    const v128_t gap = wasm_f32x4_pmax(zero, wasm_f32x4_pmax(below, above));
    sum = wasm_f32x4_add(sum, wasm_f32x4_mul(gap, gap));
  }
  return (wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1)) +
         (wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3));
}

static void measure(const float *row, const float *query, int columns, Nearest *nearest) {
  double sum = 0;
  for (int column = 0; column < columns; column++) {
    const double gap = (double)query[column] - (double)row[column];
    sum += gap * gap;
  }
  int place = nearest->kept - 1;
  if (!(sum < nearest->squares[place])) return;
  for (; place > 0 && nearest->squares[place - 1] > sum; place--) nearest->squares[place] = nearest->squares[place - 1];
  nearest->squares[place] = sum;
  set_limit(nearest);
}

static void scan_leaf(const float *blocks, const float *rows, int first, int end, const float *rotated,
                      const float *query, int columns, Nearest *nearest) {
  v128_t axes[AXES];
  for (int axis = 0; axis < AXES; axis++) axes[axis] = wasm_v128_load32_splat(rotated + axis);
  for (int block = first; block < end; block++) {
    const float *from = blocks + (long)block * 4 * AXES;
    v128_t sum = wasm_f32x4_splat(0);
    for (int axis = 0; axis < AXES; axis++) {
      const v128_t gap = wasm_f32x4_sub(wasm_v128_load(from + 4 * axis), axes[axis]);
      sum = wasm_f32x4_add(sum, wasm_f32x4_mul(gap, gap));
    }
    int near = wasm_i32x4_bitmask(wasm_f32x4_le(sum, wasm_f32x4_splat(nearest->limit)));
    for (; near != 0; near &= near - 1) {
      const long row = 4l * block + __builtin_ctz(near);
      measure(rows + row * columns, query, columns, nearest);
    }
  }
}

/* Mean distance of each query to its nearest rows; of neighbours + 1 nearest rows the first is left out where its distance
 * is 0, the last one otherwise.
 * boxes, blocks: above; rows: (4 x blocks) x columns; starts: leaves + 1 numbers of blocks;
 * rotated: count x AXES; queries: count x columns. */
__attribute__((export_name("mean_distances"))) void mean_distances(
    const float *boxes, const float *blocks, const float *rows, const int *starts, int leaves, int columns,
    const float *rotated, const float *queries, int count, int neighbours, double *out) {
  Nearest nearest;
  int nodes[MAX_DEPTH];
  float bounds[MAX_DEPTH];
  const int inner = leaves - 1;
  nearest.kept = neighbours + 1;
  for (int at = 0; at < count; at++) {
    const float *query = queries + (long)at * columns;
    const float *turned = rotated + (long)at * AXES;
    double square = 0;
    for (int column = 0; column < columns; column++) square += (double)query[column] * (double)query[column];
    nearest.slack = ABSOLUTE * square;
    for (int i = 0; i < nearest.kept; i++) nearest.squares[i] = __builtin_inf();
    set_limit(&nearest);
    int depth = 1;
    nodes[0] = 0;
    bounds[0] = 0;
    while (depth > 0) {
      int node = nodes[--depth];
      float bound = bounds[depth];
      while (node < inner && bound <= nearest.limit) {
        const int left = 2 * node + 1;
        const float *box = boxes + (long)left * 2 * BOX_AXES;
        const float to_left = distance_to_box(box, turned);
        const float to_right = distance_to_box(box + 2 * BOX_AXES, turned);
        const int right_first = to_right < to_left;
        nodes[depth] = right_first ? left : left + 1;
        bounds[depth++] = right_first ? to_left : to_right;
        node = right_first ? left + 1 : left;
        bound = right_first ? to_right : to_left;
      }
      if (bound > nearest.limit) continue;
      const int leaf = node - inner;
      scan_leaf(blocks, rows, starts[leaf], starts[leaf + 1], turned, query, columns, &nearest);
    }
    const int first = nearest.squares[0] == 0;
    double sum = 0;
    for (int i = first; i < first + neighbours; i++) sum += __builtin_sqrt(nearest.squares[i]);
    out[at] = sum / neighbours;
  }
}
