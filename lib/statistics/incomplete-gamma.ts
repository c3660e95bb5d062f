/** ln sqrt(2 pi). */
const halfLogTwoPi = 0.9189385332046727;
const smallest = 1e-300;

/**
 * ln P(a, x), P the regularised lower incomplete gamma function, a > 0, x >= 0. The logarithm, since tails far beyond
 * the smallest double are asked for. Series and continued fraction of Abramowitz and Stegun 6.5.29 and 6.5.31, the
 * common factor after C. Loader, "Fast and accurate computation of binomial probabilities", 2000, without which the
 * large logarithms cancel. Terms needed grow as sqrt(a).
 */
export function logLowerGamma(a: number, x: number): number {
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  return x < a + 1 ? lowerSeries(a, x) : Math.log1p(-Math.exp(upperFraction(a, x)));
}

/** ln Q(a, x) = ln (1 - P(a, x)). With a = ndf/2 and x = chi^2/2 the p-value of a chi^2. */
export function logUpperGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  return x < a + 1 ? Math.log1p(-Math.exp(lowerSeries(a, x))) : upperFraction(a, x);
}

/**
 * n ln(n / mean) - (n - mean), both >= 0: half the deviance of a Poisson count, without cancellation where they are
 * close (Loader's bd0).
 */
export function poissonDeviance(n: number, mean: number): number {
  if (n === 0) return mean;
  if (Math.abs(n - mean) >= 0.1 * (n + mean)) return n * Math.log(n / mean) - (n - mean);
  const v = (n - mean) / (n + mean);
  const square = v * v;
  let sum = (n - mean) * v;
  let term = 2 * n * v;
  for (let j = 3; ; j += 2) {
    term *= square;
    const next = sum + term / j;
    if (next === sum) return sum;
    sum = next;
  }
}

/** ln (x^a e^-x / Gamma(a + 1)). */
function logFactor(a: number, x: number): number {
  return -poissonDeviance(a, x) - 0.5 * Math.log(a) - halfLogTwoPi - stirlingRest(a);
}

/** ln Gamma(a + 1) less Stirling's formula (a + 1/2) ln a - a + ln sqrt(2 pi), a > 0. */
export function stirlingRest(a: number): number {
  if (a < 16) return stirling(a + 1) + stirlingRest(a + 1) - Math.log(a + 1) - stirling(a);
  // Abramowitz and Stegun 6.1.41.
  const square = a * a;
  const inner = 1 / 1680 - (1 / 1188 - 691 / 360360 / square) / square;
  return (1 / 12 - (1 / 360 - (1 / 1260 - inner / square) / square) / square) / a;
}

/** Without its constant. */
function stirling(a: number): number {
  return (a + 0.5) * Math.log(a) - a;
}

function lowerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = a + 1; term > sum * 1e-17; k += 1) {
    term *= x / k;
    sum += term;
  }
  return logFactor(a, x) + Math.log(sum);
}

/** Lentz' method as modified by Thompson and Barnett, J. Comput. Phys. 64 (1986) 490. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / smallest;
  let d = 1 / b;
  let h = d;
  for (let i = 1; ; i++) {
    const numerator = -i * (i - a);
    b += 2;
    d = 1 / notZero(numerator * d + b);
    c = notZero(b + numerator / c);
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 4e-16) break;
  }
  return logFactor(a, x) + Math.log(a * h);
}

function notZero(value: number): number {
  return Math.abs(value) < smallest ? smallest : value;
}
