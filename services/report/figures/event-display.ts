import * as Plot from '@observablehq/plot';
import type { EventObjects, ObjectType } from '../events-objects.js';
import { faint, ink, paper, plotSvg } from './plot.js';

/** Ink that is still easy to read. */
const soft = 'var(--soft)';

/** Colour and short name of each type: those of signals are seen, and read, on light and on dark. */
const looks: Readonly<Record<ObjectType, { readonly colour: string; readonly name: string }>> = {
  electron: { colour: 'var(--signal2)', name: 'e' },
  muon: { colour: 'var(--signal1)', name: 'μ' },
  'light jet': { colour: 'var(--signal3)', name: 'j' },
  'b-jet': { colour: 'var(--signal4)', name: 'b' },
  jet: { colour: soft, name: '?' },
};

interface Arrow {
  readonly label: string;
  readonly colour: string;
  readonly pt: number;
  readonly phi: number;
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly colour: string;
}

/** Keeps letters apart from what they lie on. */
const halo = { stroke: paper, strokeWidth: 3 } as const;

const side = 320;
/** Radius of the hardest object's arrow, and height and width of a label's letter, in pixels. */
const radius = 108;
const letter = { height: 13, width: 6.8 };

/**
 * The transverse plane of an event: an arrow for each object and for MET, as long as the square root of its pT, with
 * rings at round values of pT. phi is 0 to the right and grows counterclockwise.
 */
export function eventDisplaySvg(id: string, event: EventObjects): string {
  const arrows = arrowsOf(event);
  const hardest = Math.max(...arrows.map(({ pt }) => pt), 1);
  const length = (pt: number) => radius * Math.sqrt(pt / hardest);
  const tip = ({ pt, phi }: Arrow) => ({ x: length(pt) * Math.cos(phi), y: length(pt) * Math.sin(phi) });
  const rings = ringsOf(hardest);
  const labels = labelsOf(arrows, length);
  const gap = widestGap(arrows.map(({ phi }) => phi));
  const half = side / 2;
  const circle = Array.from({ length: 73 }, (_, step) => (2 * Math.PI * step) / 72);
  const line = (dashed: boolean) =>
    Plot.arrow(
      arrows.filter(({ label }) => (label === 'MET') === dashed),
      {
        x1: 0,
        y1: 0,
        x2: (arrow) => tip(arrow).x,
        y2: (arrow) => tip(arrow).y,
        stroke: 'colour',
        strokeWidth: 2,
        headLength: 6,
        ...(dashed ? { strokeDasharray: '5,3' } : {}),
        title: ({ label, pt, phi }) => `${label}: ${pt.toPrecision(4)} GeV, phi ${phi.toFixed(2)}`,
      },
    );
  return plotSvg(id, {
    width: side,
    height: side,
    margin: 0,
    x: { domain: [-half, half], axis: null },
    y: { domain: [-half, half], axis: null },
    marks: [
      ...rings.map((pt) =>
        Plot.line(circle, {
          x: (angle) => length(pt) * Math.cos(angle),
          y: (angle) => length(pt) * Math.sin(angle),
          stroke: faint,
          strokeWidth: 0.6,
          strokeDasharray: '2,3',
        }),
      ),
      Plot.text(rings, {
        x: (pt) => length(pt) * Math.cos(gap),
        y: (pt) => length(pt) * Math.sin(gap),
        text: (pt) => `${pt} GeV`,
        fill: soft,
        fontSize: 9,
        ...halo,
      }),
      line(false),
      line(true),
      Plot.text(labels, { x: 'x', y: 'y', text: 'text', fill: 'colour', fontSize: 11, ...halo }),
    ],
  });
}

function arrowsOf({ met, metPhi, objects }: EventObjects): Arrow[] {
  const counts = new Map<ObjectType, number>();
  const arrows = objects.map(({ type, pt, phi }): Arrow => {
    const number = (counts.get(type) ?? 0) + 1;
    counts.set(type, number);
    const { colour, name } = looks[type];
    return { label: `${name}${number}`, colour, pt, phi };
  });
  return [...arrows, { label: 'MET', colour: ink, pt: met, phi: metPhi }];
}

/** The largest round value up to `hardest`, and one a quarter or so of it. */
export function ringsOf(hardest: number): number[] {
  const round = (value: number) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return (value / power >= 5 ? 5 : value / power >= 2 ? 2 : 1) * power;
  };
  const outer = round(hardest);
  return [round(outer / 4), outer];
}

/** Labels behind the tips of their arrows; one that would cover another, or leave the picture, finds room nearby. */
function labelsOf(arrows: readonly Arrow[], length: (pt: number) => number): Label[] {
  const placed: (Label & { readonly width: number })[] = [];
  for (const { label, colour, pt, phi } of [...arrows].sort((a, b) => b.pt - a.pt)) {
    const text = `${label} ${pt >= 10 ? Math.round(pt) : pt.toPrecision(2)}`;
    const width = text.length * letter.width;
    const covers = ({ x, y }: Spot) =>
      placed.some(
        (other) =>
          Math.abs(other.x - x) < (other.width + width) / 2 + 2 && Math.abs(other.y - y) < letter.height,
      );
    const spots = spotsBehind(length(pt), phi, width);
    placed.push({ ...(spots.find((spot) => !covers(spot)) ?? spots[0]!), text, colour, width });
  }
  return placed;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Centres of a label of the width behind the tip of an arrow, the nearest first, all within the picture. */
function spotsBehind(length: number, phi: number, width: number): Spot[] {
  const [across, up] = [side / 2 - width / 2 - 1, side / 2 - letter.height / 2 - 1];
  // Half the label's size in the direction of the arrow, so that it begins where the arrow ends.
  const room = 5 + Math.abs(Math.cos(phi)) * (width / 2) + (Math.abs(Math.sin(phi)) * letter.height) / 2;
  const spots: (Spot & { readonly moved: number })[] = [];
  for (let further = 0; further <= 30; further += 6) {
    for (let aside = -90; aside <= 90; aside += 9) {
      const at = length + room + further;
      const x = at * Math.cos(phi) - aside * Math.sin(phi);
      const y = at * Math.sin(phi) + aside * Math.cos(phi);
      spots.push({
        x: Math.min(across, Math.max(-across, x)),
        y: Math.min(up, Math.max(-up, y)),
        moved: further + Math.abs(aside),
      });
    }
  }
  return spots.sort((a, b) => a.moved - b.moved);
}

/** The middle of the widest angle between arrows: there numbers of rings have most room. */
export function widestGap(angles: readonly number[]): number {
  const sorted = angles.map((phi) => Math.atan2(Math.sin(phi), Math.cos(phi))).sort((a, b) => a - b);
  let best = { middle: -Math.PI / 2, width: 0 };
  for (const [at, from] of sorted.entries()) {
    const to = sorted[at + 1] ?? sorted[0]! + 2 * Math.PI;
    if (to - from > best.width) best = { middle: (from + to) / 2, width: to - from };
  }
  return best.middle;
}
