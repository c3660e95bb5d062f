import { formatCount } from '../../../lib/telemetry/format.js';

const usualDigits = 4;
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** Outside of it numbers have a power of ten. */
const plainFrom = 1e-3;
const plainBelow = 1e9;

/** A number for people: whole ones in full, others with so many significant digits. The sign is U+2212. */
export function shownNumber(value: number, digits = usualDigits): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return signed(formatCount(value));
  if (size < plainFrom || size >= plainBelow) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string];
    return `${signed(mantissa)} × ${powerOfTen(Number(exponent))}`;
  }
  return signed(fixed(value, Math.max(0, digits - 1 - exponentOf(size))));
}

/** A value with its error: the error with two significant digits, the value to the same place. */
export function shownWithError(value: number, error: number, digits = usualDigits): string {
  if (!(error > 0)) return `${shownNumber(value, digits)} ± 0`;
  const largest = Math.max(Math.abs(value), error);
  if (largest < plainFrom || largest >= plainBelow) {
    const power = exponentOf(largest);
    const scale = 10 ** -power;
    return `(${rounded(value * scale, error * scale)}) × ${powerOfTen(power)}`;
  }
  return rounded(value, error);
}

function rounded(value: number, error: number): string {
  // 0.0996 has two digits as 0.10: its own exponent after rounding counts.
  const places = Math.max(0, 1 - exponentOf(Number(error.toPrecision(2))));
  return `${signed(fixed(value, places))} ± ${fixed(error, places)}`;
}

function fixed(value: number, places: number): string {
  const [whole, rest] = value.toFixed(Math.min(places, 20)).split('.') as [string, string?];
  const sign = whole.startsWith('-') ? '-' : '';
  const grouped = `${sign}${formatCount(Math.abs(Number(whole)))}`;
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

function exponentOf(size: number): number {
  return size === 0 ? 0 : Number(size.toExponential().split('e')[1]);
}

function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

function signed(text: string): string {
  return text.replace('-', '−');
}
