/** What went into files. */
export interface SinkCounts {
  readonly messages: number;
  readonly events: number;
}

/** Counts up to the beginning of a window, and within it. */
export interface Counts {
  readonly before: SinkCounts;
  readonly within: SinkCounts;
}

export const none: SinkCounts = { messages: 0, events: 0 };

export function sum(a: SinkCounts, b: SinkCounts): SinkCounts {
  return { messages: a.messages + b.messages, events: a.events + b.events };
}

export function countsMetadata({ before, within }: Counts): string {
  return JSON.stringify([before.messages, before.events, within.messages, within.events]);
}

export function countsOf(metadata: string): Counts {
  let numbers: unknown;
  try {
    numbers = JSON.parse(metadata);
  } catch {
    numbers = undefined;
  }
  const fits =
    Array.isArray(numbers) &&
    numbers.length === 4 &&
    numbers.every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!fits) return { before: none, within: none };
  const [messages, events, inMessages, inEvents] = numbers as [number, number, number, number];
  return { before: { messages, events }, within: { messages: inMessages, events: inEvents } };
}

export function totalOf(metadata: string): SinkCounts {
  const { before, within } = countsOf(metadata);
  return sum(before, within);
}
