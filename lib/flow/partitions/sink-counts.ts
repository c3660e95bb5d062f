/** What went into files. */
export interface SinkCounts {
  readonly messages: number;
  readonly events: number;
}

/** Counts up to the beginning of a window, and within it. */
export interface Counts {
  readonly before: SinkCounts;
  readonly within: SinkCounts;
  /** Messages of the window that could not be used: their offsets from its first one. */
  readonly refused: ReadonlySet<number>;
}

export const none: SinkCounts = { messages: 0, events: 0 };

export function sum(a: SinkCounts, b: SinkCounts): SinkCounts {
  return { messages: a.messages + b.messages, events: a.events + b.events };
}

/** What a committed offset carries beside itself; brokers limit it to 4 KB, which bounds kafka.sink_window_offsets. */
export function countsMetadata({ before, within, refused }: Counts): string {
  const counts = [before.messages, before.events, within.messages, within.events];
  return JSON.stringify([...counts, bitsOf(refused)]);
}

/** A bit for each place up to the last one, in base64. */
function bitsOf(places: ReadonlySet<number>): string {
  const bytes = Buffer.alloc(Math.floor(Math.max(-8, ...places) / 8) + 1);
  for (const place of places) bytes[place >> 3]! |= 1 << (place & 7);
  return bytes.toString('base64');
}

function placesOf(bits: string): Set<number> {
  const places = new Set<number>();
  for (const [index, byte] of Buffer.from(bits, 'base64').entries())
    for (let bit = 0; bit < 8; bit += 1) if ((byte & (1 << bit)) !== 0) places.add(8 * index + bit);
  return places;
}

export function countsOf(metadata: string): Counts {
  let numbers: unknown;
  try {
    numbers = JSON.parse(metadata);
  } catch {
    numbers = undefined;
  }
  const counts = Array.isArray(numbers) ? numbers.slice(0, 4) : [];
  const bits: unknown = Array.isArray(numbers) ? numbers[4] : undefined;
  const fits =
    counts.length === 4 &&
    counts.every((value) => Number.isSafeInteger(value) && value >= 0) &&
    typeof bits === 'string';
  if (!fits) return { before: none, within: none, refused: new Set() };
  const [messages, events, inMessages, inEvents] = counts as [number, number, number, number];
  return {
    before: { messages, events },
    within: { messages: inMessages, events: inEvents },
    refused: placesOf(bits),
  };
}

export function totalOf(metadata: string): SinkCounts {
  const { before, within } = countsOf(metadata);
  return sum(before, within);
}
