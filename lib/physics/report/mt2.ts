/**
 * The stransverse mass m_T2 of two massless visible particles and massless invisible ones
 * (Lester and Summers, Phys. Lett. B 463 (1999) 99):
 *
 *     m_T2^2 = min over q1 + q2 = met of max( m_T^2(p1, q1), m_T^2(p2, q2) ),  m_T^2(p, q) = 2 (|p||q| - p.q)
 *
 * The minimum is convex, and its dual is a maximum over one direction n in the transverse plane:
 *
 *     m_T2^2 = max over n of 4 (p1.n)(p2.n)(k.n) / ((p1 + p2).n),  k = -met, where p1.n, p2.n, k.n > 0
 *
 * (docs/physics.md derives it). The logarithm of that is strictly concave in the angle of n, so a safeguarded
 * Newton step finds its one maximum to rounding. No such n exists exactly where met lies in the cone of p1 and
 * p2: m_T2 = 0 there. Checked against the bisection of Lester and Nachman (JHEP 03 (2015) 100) and against a
 * direct minimisation. GeV in, GeV out.
 */
export function stransverseMass(
  p1x: number,
  p1y: number,
  p2x: number,
  p2y: number,
  metX: number,
  metY: number,
): number {
  const kx = -metX;
  const ky = -metY;
  if (inCone(p1x, p1y, p2x, p2y, metX, metY)) return 0;
  // The three vectors lie within less than half a turn; the first and last of them, counter-clockwise.
  let firstX = p1x;
  let firstY = p1y;
  let lastX = p1x;
  let lastY = p1y;
  if (cross(p2x, p2y, firstX, firstY) > 0) {
    firstX = p2x;
    firstY = p2y;
  } else {
    lastX = p2x;
    lastY = p2y;
  }
  if (cross(kx, ky, firstX, firstY) > 0 && cross(kx, ky, lastX, lastY) > 0) {
    firstX = kx;
    firstY = ky;
  } else if (cross(lastX, lastY, kx, ky) > 0 && cross(firstX, firstY, kx, ky) > 0) {
    lastX = kx;
    lastY = ky;
  }
  const firstSize = Math.sqrt(firstX * firstX + firstY * firstY);
  const lastSize = Math.sqrt(lastX * lastX + lastY * lastY);
  // Frame: first axis along the bisector of the outer two, n = (1, t) / sqrt(1 + t^2).
  let axisX = firstX / firstSize + lastX / lastSize;
  let axisY = firstY / firstSize + lastY / lastSize;
  const axisSize = Math.sqrt(axisX * axisX + axisY * axisY);
  if (!(axisSize > 0)) return 0;
  axisX /= axisSize;
  axisY /= axisSize;
  const a1 = p1x * axisX + p1y * axisY;
  const b1 = p1y * axisX - p1x * axisY;
  const a2 = p2x * axisX + p2y * axisY;
  const b2 = p2y * axisX - p2x * axisY;
  const a3 = kx * axisX + ky * axisY;
  const b3 = ky * axisX - kx * axisY;
  if (!(a1 > 0 && a2 > 0 && a3 > 0)) return 0;
  const as = a1 + a2;
  const bs = b1 + b2;
  // By the choice of the axis the allowed t are abs(t) < edge.
  let edge = Number.POSITIVE_INFINITY;
  edge = Math.min(edge, a1 / Math.abs(b1), a2 / Math.abs(b2), a3 / Math.abs(b3));
  let low = -edge;
  let high = edge;
  let t = 0;
  for (let round = 0; round < 200; round++) {
    // Slope of the logarithm over the angle, and its slope: strictly falling from +infinity to -infinity.
    const r1 = b1 / (a1 + b1 * t);
    const r2 = b2 / (a2 + b2 * t);
    const r3 = b3 / (a3 + b3 * t);
    const rs = bs / (as + bs * t);
    const turn = 1 + t * t;
    const inner = r1 + r2 + r3 - rs;
    const slope = turn * inner - 2 * t;
    if (slope > 0) low = t;
    else if (slope < 0) high = t;
    else break;
    const bend = 2 * t * inner - turn * (r1 * r1 + r2 * r2 + r3 * r3 - rs * rs) - 2;
    let next = t - slope / bend;
    if (!(next > low && next < high)) next = halfway(low, high);
    if (Math.abs(next - t) <= 1e-9 * (1e-6 * edge + Math.abs(t)) || next === low || next === high) break;
    t = next;
  }
  const squared = (4 * (a1 + b1 * t) * (a2 + b2 * t) * (a3 + b3 * t)) / ((as + bs * t) * (1 + t * t));
  return squared > 0 ? Math.sqrt(squared) : 0;
}

/** True where met = a p1 + b p2 with a, b >= 0. */
function inCone(p1x: number, p1y: number, p2x: number, p2y: number, metX: number, metY: number): boolean {
  const turn = cross(p1x, p1y, p2x, p2y);
  const after = cross(p1x, p1y, metX, metY);
  const before = cross(metX, metY, p2x, p2y);
  if (turn > 0) return after >= 0 && before >= 0;
  if (turn < 0) return after <= 0 && before <= 0;
  // Parallel leptons: met along one of them. Opposite ones span the line, and no half-plane holds both.
  return (
    (after === 0 && p1x * metX + p1y * metY >= 0) ||
    (before === 0 && p2x * metX + p2y * metY >= 0) ||
    (metX === 0 && metY === 0)
  );
}

function cross(ax: number, ay: number, bx: number, by: number): number {
  return ax * by - ay * bx;
}

/** A point between two bounds, either of which may be infinite. */
function halfway(low: number, high: number): number {
  if (high === Number.POSITIVE_INFINITY) return low === Number.NEGATIVE_INFINITY ? 0 : 2 * low + 1;
  if (low === Number.NEGATIVE_INFINITY) return 2 * high - 1;
  return 0.5 * (low + high);
}
