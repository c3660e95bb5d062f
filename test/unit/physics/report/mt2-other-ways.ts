/**
 * Squared m_T2 from its definition: the invisible momenta q and met - q whose larger transverse mass is smallest,
 * by golden-section search within golden-section search on the convex function itself.
 */
export function byDirectSearch(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  mx: number,
  my: number,
): number {
  const a = Math.hypot(ax, ay);
  const b = Math.hypot(bx, by);
  const worst = (x: number, y: number): number =>
    Math.max(
      2 * (a * Math.hypot(x, y) - ax * x - ay * y),
      2 * (b * Math.hypot(mx - x, my - y) - bx * (mx - x) - by * (my - y)),
    );
  const reach = 20 * (Math.hypot(mx, my) + a + b);
  return lowest(-reach, reach, (x) => lowest(-reach, reach, (y) => worst(x, y)));
}

function lowest(from: number, to: number, f: (x: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = from;
  let high = to;
  let left = high - ratio * (high - low);
  let right = low + ratio * (high - low);
  let atLeft = f(left);
  let atRight = f(right);
  for (let k = 0; k < 60; k++) {
    if (atLeft < atRight) {
      high = right;
      right = left;
      atRight = atLeft;
      left = high - ratio * (high - low);
      atLeft = f(left);
    } else {
      low = left;
      left = right;
      atLeft = atRight;
      right = low + ratio * (high - low);
      atRight = f(right);
    }
  }
  return Math.min(atLeft, atRight);
}

/** A conic x^T C x over x = (q_x, q_y, 1): c00, c01, c02, c11, c12, c22; its inside is negative. */
type Conic = readonly [number, number, number, number, number, number];

/**
 * m_T2 as Lester and Nachman find it, without anything that is special to massless particles: halve an interval of
 * M by whether the conics of M are disjoint, which they are where det(x A + B) has two distinct positive roots
 * (Etayo, Gonzalez-Vega and del Rio, Comput. Aided Geom. Des. 23 (2006) 324).
 */
export function byBisection(ax: number, ay: number, bx: number, by: number, mx: number, my: number): number {
  const unit = Math.max(Math.hypot(ax, ay), Math.hypot(bx, by), Math.hypot(mx, my));
  const [px, py, rx, ry, kx, ky] = [ax, ay, bx, by, mx, my].map((value) => value / unit) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  let low = 0;
  let high = 4;
  for (let k = 0; k < 60; k++) {
    const mass = 0.5 * (low + high);
    const first = region(px, py, 0, 0, mass * mass);
    // The other invisible momentum is met - q: the same region, mirrored and moved.
    const second = region(-rx, -ry, kx, ky, mass * mass);
    if (disjoint(first, second)) low = mass;
    else high = mass;
  }
  return low * unit;
}

/** Momenta q with m_T(p, q - centre) below a mass: (|q'| - n.q' < l) squared, n = p / |p|, l = M^2 / (2 |p|). */
function region(px: number, py: number, centreX: number, centreY: number, squaredMass: number): Conic {
  const p = Math.hypot(px, py);
  const nx = px / p;
  const ny = py / p;
  const l = squaredMass / (2 * p);
  const xx = 1 - nx * nx;
  const xy = -nx * ny;
  const yy = 1 - ny * ny;
  // Linear terms at the focus are -l n; then q' = q - centre.
  const x = -l * nx - xx * centreX - xy * centreY;
  const y = -l * ny - xy * centreX - yy * centreY;
  const constant =
    -l * l +
    2 * l * (nx * centreX + ny * centreY) +
    xx * centreX * centreX +
    2 * xy * centreX * centreY +
    yy * centreY * centreY;
  return [xx, xy, x, yy, y, constant];
}

function disjoint(a: Conic, b: Conic): boolean {
  const c3 = determinant(a);
  const c2 = mixed(a, b);
  const c1 = mixed(b, a);
  const c0 = determinant(b);
  const discriminant =
    18 * c3 * c2 * c1 * c0 - 4 * c2 ** 3 * c0 + c2 ** 2 * c1 ** 2 - 4 * c3 * c1 ** 3 - 27 * c3 ** 2 * c0 ** 2;
  if (!(discriminant > 0)) return false;
  // Three real roots. c3 and c0 are negative, so the cubic is negative at 0 and in the end: none or two of them are
  // positive, and two where the maximum between them is.
  const place = (-c2 - Math.sqrt(Math.max(0, c2 * c2 - 3 * c3 * c1))) / (3 * c3);
  return place > 0;
}

function determinant([xx, xy, x, yy, y, c]: Conic): number {
  return xx * (yy * c - y * y) - xy * (xy * c - y * x) + x * (xy * y - yy * x);
}

/** The coefficient of x^2 in det(x A + B): the derivative of the determinant at A towards B. */
function mixed([xx, xy, x, yy, y, c]: Conic, b: Conic): number {
  return (
    b[0] * (yy * c - y * y) +
    2 * b[1] * (x * y - xy * c) +
    2 * b[2] * (xy * y - yy * x) +
    b[3] * (xx * c - x * x) +
    2 * b[4] * (xy * x - xx * y) +
    b[5] * (xx * yy - xy * xy)
  );
}
