export function chi2Weighted(
  n: Float64Array,
  w: Float64Array,
  s2: Float64Array,
): { chi2: number; ndf: number; p: number } {
  const N = n.reduce((a, b) => a + b, 0);
  const W = w.reduce((a, b) => a + b, 0);
  let chi2 = 0;
  let ndf = -1;
  for (let i = 0; i < n.length; i++) {
    if (n[i] === 0 && w[i] === 0) continue;
    ndf++;
    const v = W * w[i]! - N * s2[i]!;
    const p = (v + Math.sqrt(v * v + 4 * W * W * s2[i]! * n[i]!)) / (2 * W * W);
    if (p > 0) chi2 += (n[i]! - N * p) ** 2 / (N * p);
    if (s2[i]! > 0) chi2 += (w[i]! - W * p) ** 2 / s2[i]!;
  }
  return { chi2, ndf, p: chi2Survival(chi2, ndf) };
}

export function chi2Survival(x: number, ndf: number): number {
  const a = ndf / 2;
  const z = x / 2;
  if (z <= 0) return 1;
  const lg = logGamma(a);
  if (z < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 10000; k++) {
      term *= z / (a + k);
      sum += term;
      if (term < sum * 1e-17) break;
    }
    return 1 - sum * Math.exp(-z + a * Math.log(z) - lg);
  }
  let b = z + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 10000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const del = d * c;
    h *= del;
    if (Math.abs(del - 1) < 1e-16) break;
  }
  return Math.exp(-z + a * Math.log(z) - lg) * h;
}
function logGamma(x: number): number {
  const g = [
    76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
    -0.5395239384953e-5,
  ];
  let ser = 1.000000000190015;
  let y = x;
  const t = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  for (const gj of g) ser += gj / ++y;
  return -t + Math.log((2.5066282746310005 * ser) / x);
}
