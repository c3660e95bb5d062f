import { isSound } from './tables.js';
import { errorOf, type TrialRecord } from './trial-record.js';

const width = 860;
const height = 520;
const frame = { left: 78, right: 200, top: 46, bottom: 58 };

/** Colours of latent widths from narrow to wide, told apart by colour-blind eyes and in grey. */
const scale = ['#440154', '#3b528b', '#21918c', '#5ec962'] as const;
const bestColour = '#d1495b';

/** Errors are shown up to so many times the least one. */
const aboveLeast = 5;

interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/**
 * trials.svg: validation error against epochs for each trial, both axes logarithmic; a cross where a training
 * diverged, the best trial in front.
 * @param records best first
 */
export function trialsPicture(records: readonly TrialRecord[]): string {
  const drawn = records.filter(({ errors }) => errors.length > 0);
  const all = drawn.flatMap(({ errors }) => [...errors]).filter((error) => error > 0);
  const epochs = drawn.reduce((most, { errors }) => Math.max(most, errors.length), 1);
  // Wild trainings lie decades above the rest, which would be one line: they stand at the upper edge.
  const least = all.reduce((low, error) => Math.min(low, error), Number.POSITIVE_INFINITY);
  const floor = Number.isFinite(least) ? least : 0.1;
  const most = Math.min(
    all.reduce((high, error) => Math.max(high, error), floor),
    floor * aboveLeast,
  );
  const x = logAxis(1, Math.max(2, epochs), frame.left, width - frame.right, Number.isInteger);
  const y = logAxis(floor * 0.95, Math.max(most * 1.05, floor * 1.3), height - frame.bottom, frame.top);
  const narrow = drawn.reduce((low, { latent }) => Math.min(low, latent), drawn[0]?.latent ?? 1);
  const wide = drawn.reduce((high, { latent }) => Math.max(high, latent), narrow);
  const colour = colourOf(narrow, wide);
  const [best] = drawn.filter(isSound);
  const lines = [...drawn].reverse().map((record) => {
    const isBest = record === best;
    return curve(record, x, y, isBest ? bestColour : colour(record.latent), isBest);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(frame.left, 26, 'Validation error of every trial', 'start', 16),
    ...grid(x, y),
    ...lines,
    ...legend(best, narrow, wide),
    '</svg>',
    '',
  ].join('\n');
}

function curve(
  { errors, diverged, id, latent }: TrialRecord,
  x: Axis,
  y: Axis,
  colour: string,
  isBest: boolean,
) {
  const points = errors.map((error, index) => [round(x.place(index + 1)), round(y.place(error))] as const);
  const title = `<title>${id}, latent ${latent}, ${errors.at(-1)?.toPrecision(4)} after ${errors.length} epochs</title>`;
  const style = `stroke="${colour}" stroke-width="${isBest ? 3 : 1.3}" stroke-opacity="${isBest ? 1 : 0.75}"`;
  const path = points.map(([px, py]) => `${px},${py}`).join(' ');
  const [endX, endY] = points.at(-1)!;
  const end =
    diverged === undefined
      ? `<circle cx="${endX}" cy="${endY}" r="${isBest ? 5 : 2.6}" fill="${colour}"/>`
      : `<path d="M${endX - 4},${endY - 4}l8,8m0,-8l-8,8" ${style}/>`;
  return `<g>${title}<polyline points="${path}" fill="none" ${style}/>${end}</g>`;
}

function grid(x: Axis, y: Axis): string[] {
  const [left, right] = [frame.left, width - frame.right];
  const [top, bottom] = [frame.top, height - frame.bottom];
  const line = (x1: number, y1: number, x2: number, y2: number, colour = '#e4e4e4') =>
    `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}"/>`;
  return [
    ...x.ticks.flatMap((tick) => [
      line(x.place(tick), top, x.place(tick), bottom),
      text(x.place(tick), bottom + 18, String(tick), 'middle'),
    ]),
    ...y.ticks.flatMap((tick) => [
      line(left, y.place(tick), right, y.place(tick)),
      text(left - 8, y.place(tick) + 4, tickText(tick), 'end'),
    ]),
    line(left, bottom, right, bottom, '#333333'),
    line(left, top, left, bottom, '#333333'),
    text((left + right) / 2, height - 18, 'epochs', 'middle'),
    `<text x="20" y="${(top + bottom) / 2}" text-anchor="middle" fill="#222222" transform="rotate(-90 20 ${(top + bottom) / 2})">validation error</text>`,
  ];
}

function legend(best: TrialRecord | undefined, narrow: number, wide: number): string[] {
  const left = width - frame.right + 22;
  const lines: string[] = [];
  if (best !== undefined) {
    lines.push(
      `<line x1="${left}" y1="60" x2="${left + 26}" y2="60" stroke="${bestColour}" stroke-width="3"/>`,
      text(left + 34, 64, 'best', 'start'),
      text(left, 84, `${errorOf(best).toPrecision(4)} after ${best.errors.length} epochs`, 'start', 12),
      text(left, 101, `latent ${best.latent}, rate ${best.learning_rate}`, 'start', 12),
    );
  }
  lines.push(text(left, 136, 'latent width', 'start'));
  const colour = colourOf(narrow, wide);
  const widths = Array.from({ length: wide - narrow + 1 }, (_, index) => narrow + index);
  const used = scale.filter((found) => widths.some((latent) => colour(latent) === found));
  for (const [index, found] of used.entries()) {
    const own = widths.filter((latent) => colour(latent) === found);
    const [from, to] = [own[0]!, own.at(-1)!];
    const y = 154 + 19 * index;
    lines.push(
      `<line x1="${left}" y1="${y}" x2="${left + 26}" y2="${y}" stroke="${found}" stroke-width="2"/>`,
      text(left + 34, y + 4, from === to ? String(from) : `${from} to ${to}`, 'start'),
    );
  }
  lines.push(
    text(left, 246, 'x: diverged', 'start', 12),
    text(left, 263, `upper edge: above ${aboveLeast} x least`, 'start', 12),
  );
  return lines;
}

function colourOf(narrow: number, wide: number): (latent: number) => string {
  return (latent) => {
    const place = Math.floor((scale.length * (latent - narrow)) / (wide - narrow + 1));
    return scale[Math.min(scale.length - 1, Math.max(0, place))]!;
  };
}

/** Values between `from` and `to` at pixels from `start` to `end`; what lies outside stands at the edge. */
function logAxis(
  from: number,
  to: number,
  start: number,
  end: number,
  isWanted: (tick: number) => boolean = () => true,
): Axis {
  const [low, high] = [Math.log(from), Math.log(to)];
  const place = (value: number) => {
    const share = (Math.log(value) - low) / (high - low);
    return start + Math.min(1, Math.max(0, Number.isNaN(share) ? 1 : share)) * (end - start);
  };
  return { place, ticks: logTicks(from, to).filter(isWanted) };
}

/** 1, 2 and 5 times powers of ten; finer ones where these are no more than three. */
function logTicks(from: number, to: number): number[] {
  const ticks: number[] = [];
  const within = (value: number) => value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9);
  const powers = (steps: readonly number[]) => {
    for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1)
      for (const step of steps) {
        const value = Number((step * 10 ** power).toPrecision(3));
        if (within(value)) ticks.push(value);
      }
  };
  powers([1, 2, 5]);
  if (ticks.length > 3) return ticks;
  ticks.length = 0;
  powers([1, 1.5, 2, 3, 4, 5, 6, 8]);
  return ticks;
}

function tickText(value: number): string {
  return value >= 1e-3 && value < 1e5 ? String(value) : value.toExponential(0);
}

function text(x: number, y: number, content: string, anchor: string, size?: number): string {
  const font = size === undefined ? '' : ` font-size="${size}"`;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="#222222"${font}>${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
