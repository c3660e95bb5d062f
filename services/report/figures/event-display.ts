import * as Plot from '@observablehq/plot';
import type { EventObjects, ObjectType } from '../events-objects.js';
import { faint, ink, plotSvg } from './plot.js';

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
        x: 0,
        y: (pt) => -length(pt),
        dy: 7,
        text: (pt) => `${pt} GeV`,
        fill: soft,
        fontSize: 9,
      }),
      line(false),
      line(true),
      Plot.text(labels, { x: 'x', y: 'y', text: 'text', fill: 'colour', fontSize: 11 }),
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

/** Labels behind the tips of their arrows; one that would cover another is pushed outwards. */
function labelsOf(arrows: readonly Arrow[], length: (pt: number) => number): Label[] {
  const placed: (Label & { readonly width: number })[] = [];
  for (const { label, colour, pt, phi } of [...arrows].sort((a, b) => b.pt - a.pt)) {
    const text = `${label} ${pt >= 10 ? Math.round(pt) : pt.toPrecision(2)}`;
    const width = text.length * letter.width;
    // Half the label's size in the direction of the arrow, so that it begins where the arrow ends.
    const room = 5 + Math.abs(Math.cos(phi)) * (width / 2) + (Math.abs(Math.sin(phi)) * letter.height) / 2;
    let at = length(pt) + room;
    const spot = () => ({ x: at * Math.cos(phi), y: at * Math.sin(phi) });
    const covers = () =>
      placed.some(
        (other) =>
          Math.abs(other.x - spot().x) < (other.width + width) / 2 + 2 &&
          Math.abs(other.y - spot().y) < letter.height,
      );
    for (let tries = 0; tries < 12 && covers(); tries++) at += 6;
    placed.push({ ...spot(), text, colour, width });
  }
  return placed;
}
