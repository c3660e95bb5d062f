/**
 * The stransverse mass m_T2 (Lester and Summers, Phys. Lett. B 463 (1999) 99) of two massless visible particles
 * and massless invisible ones:
 *
 *     m_T2^2 = min over q1 + q2 = met of max( m_T^2(p1, q1), m_T^2(p2, q2) ),  m_T^2(p, q) = 2 (|p||q| - p.q)
 *
 * Method: the conics of Cheng and Han (JHEP 12 (2008) 063) with the test of Lester and Nachman (JHEP 03 (2015)
 * 100). A trial mass M is below m_T2 where the two regions m_T <= M of q1 are disjoint, that is where a member of
 * the pencil l1 A + l2 B of their conics, l1, l2 > 0, has a positive determinant. Without masses the conics are
 * parabolas, and with l1 = u.p1, l2 = u.p2 for a vector u that determinant is, but for a positive factor,
 *
 *     4 (u.p1)(u.p2)(u.k) - M^2 u^2 u.(p1 + p2),  k = -met
 *
 * a cubic with one maximum where the three products are positive. Where Lester and Nachman halve an interval of M,
 * M is linear here: the u of the maximum says up to which M the regions stay disjoint, and that is the next trial
 * (Dinkelbach, Management Science 13 (1967) 492): from below, and quadratically convergent. docs/physics.md has
 * the derivation.
 *
 * Exactly 0 where met is 0 or lies in the cone of p1 and p2, where a lepton has no momentum, and for opposite
 * leptons, where 0 is the infimum. GeV in, GeV out; components finite, and momenta that are not 0 between 1e-70
 * and 1e70 GeV.
 */
export function stransverseMass(
  p1x: number,
  p1y: number,
  p2x: number,
  p2y: number,
  metX: number,
  metY: number,
): number {
  given[0] = p1x;
  given[1] = p1y;
  given[2] = p2x;
  given[3] = p2y;
  given[4] = metX;
  given[5] = metY;
  writeStransverseMass(given, given, 0);
  return given[0];
}

/** The same for loops: reads `momenta` (p1x, p1y, p2x, p2y, metX, metY), writes `out[at]`, allocates nothing. */
export function writeStransverseMass(momenta: Float64Array, out: Float64Array, at: number): void {
  const positive = orderMomenta(momenta, ordered);
  out[at] = 0;
  if (positive) writeMass(ordered, out, at);
}

// Numbers that go from one function to the next in an array are not put on the heap one by one.
const given = new Float64Array(6);
const ordered = new Float64Array(13);

/**
 * False where m_T2 is 0. Else writes p1, p2 and k = -met in counter-clockwise order, first f, m, last l, as unit
 * vectors: fx, fy, lx, ly, mx, my; the sines fl, fm, ml between them; the share of each in |p1| + |p2|, 0 for k: f, l, m;
 * and the unit of mass.
 */
function orderMomenta(momenta: Float64Array, into: Float64Array): boolean {
  const p1x = momenta[0]!;
  const p1y = momenta[1]!;
  const p2x = momenta[2]!;
  const p2y = momenta[3]!;
  const metX = momenta[4]!;
  const metY = momenta[5]!;
  const p1 = Math.sqrt(p1x * p1x + p1y * p1y);
  const p2 = Math.sqrt(p2x * p2x + p2y * p2y);
  const k = Math.sqrt(metX * metX + metY * metY);
  if (p1 === 0 || p2 === 0 || k === 0) return false;
  // Sines between p1, p2 and k = -met, from the momenta themselves, so that parallel ones give exactly 0.
  const s12 = (p1x * p2y - p1y * p2x) / (p1 * p2);
  const sk1 = (metY * p1x - metX * p1y) / (k * p1);
  const sk2 = (metY * p2x - metX * p2y) / (k * p2);
  // Leptons a and b, counter-clockwise, and k, as unit vectors; the share of each lepton in p1 + p2.
  const swap = s12 < 0;
  const ax = swap ? p2x / p2 : p1x / p1;
  const ay = swap ? p2y / p2 : p1y / p1;
  const bx = swap ? p1x / p1 : p2x / p2;
  const by = swap ? p1y / p1 : p2y / p2;
  const kx = -metX / k;
  const ky = -metY / k;
  const ab = swap ? -s12 : s12;
  const ka = swap ? sk2 : sk1;
  const kb = swap ? sk1 : sk2;
  const aShare = swap ? p2 / (p1 + p2) : p1 / (p1 + p2);
  const bShare = swap ? p1 / (p1 + p2) : p2 / (p1 + p2);
  if (ab === 0) {
    if (ax * bx + ay * by < 0 || (ka === 0 && kx * ax + ky * ay < 0)) return false;
  } else if (ka >= 0 && kb <= 0) return false;
  // Outside the cone the three lie within less than half a turn, k first, last or in the middle.
  const first = ka > 0;
  const last = !first && kb < 0;
  into[0] = first ? kx : ax;
  into[1] = first ? ky : ay;
  into[2] = last ? kx : bx;
  into[3] = last ? ky : by;
  into[4] = first ? ax : last ? bx : kx;
  into[5] = first ? ay : last ? by : ky;
  into[6] = first ? kb : last ? -ka : ab;
  into[7] = first ? ka : last ? ab : -ka;
  into[8] = first ? ab : last ? -kb : kb;
  into[9] = first ? 0 : aShare;
  into[10] = last ? 0 : bShare;
  into[11] = first ? aShare : last ? bShare : 0;
  into[12] = 2 * Math.sqrt(p1) * Math.sqrt(p2 / (p1 + p2)) * Math.sqrt(k);
  return true;
}

/**
 * Writes the unit of mass times the root of the largest (u.f)(u.l)(u.m) / (u^2 u.d) over all u with positive
 * products, where d is the sum of f, l and m by their shares.
 */
function writeMass(three: Float64Array, out: Float64Array, at: number): void {
  const fx = three[0]!;
  const fy = three[1]!;
  const lx = three[2]!;
  const ly = three[3]!;
  const mx = three[4]!;
  const my = three[5]!;
  const fl = three[6]!;
  const fm = three[7]!;
  const ml = three[8]!;
  const fShare = three[9]!;
  const lShare = three[10]!;
  const mShare = three[11]!;
  // Frame: first axis along the bisector of f and l, f = (c, -s), l = (c, s), m = (mc, ms), u = (1, t). Of sums that
  // nearly cancel (c of nearly opposite vectors, s of nearly parallel ones) the sine knows the digits.
  let c: number;
  let s: number;
  let mc: number;
  let ms: number;
  if (fx * lx + fy * ly >= 0) {
    c = 0.5 * Math.sqrt((fx + lx) * (fx + lx) + (fy + ly) * (fy + ly));
    s = fl / (2 * c);
    mc = (mx * (fx + lx) + my * (fy + ly)) / (2 * c);
    ms = (fm - ml) / (2 * c);
  } else {
    s = 0.5 * Math.sqrt((lx - fx) * (lx - fx) + (ly - fy) * (ly - fy));
    c = fl / (2 * s);
    mc = (fm + ml) / (2 * s);
    ms = (mx * (lx - fx) + my * (ly - fy)) / (2 * s);
  }
  // Opposite but for rounding: m_T2 is 0.
  if (c <= 0) return;
  const dc = (fShare + lShare) * c + mShare * mc;
  const ds = (lShare - fShare) * s + mShare * ms;
  // The determinant over t: (c^2 - s^2 t^2)(mc + ms t) - trial (1 + t^2)(dc + ds t), positive between its two roots
  // within s |t| < c. A trial is the squared mass in units of 4 p1 p2 k / (p1 + p2).
  const cc = c * c;
  const ss = s * s;
  let trial = (cc * mc) / dc;
  for (let round = 0; round < 400; round++) {
    const c1 = cc * ms - trial * ds;
    const c2 = -ss * mc - trial * dc;
    const c3 = -ss * ms - trial * ds;
    const t = c1 / (Math.sqrt(Math.max(0, c2 * c2 - 3 * c1 * c3)) - c2);
    // One rounded product in both places acts as another t would, and at a maximum that matters little.
    const uf = c - s * t;
    const ul = c + s * t;
    const um = mc + ms * t;
    const next = (uf * ul * um) / ((1 + t * t) * (fShare * uf + lShare * ul + mShare * um));
    if (!(next > trial)) break;
    const last = next - trial < 1e-10 * next;
    trial = next;
    if (last) break;
  }
  out[at] = three[12]! * Math.sqrt(trial);
}
