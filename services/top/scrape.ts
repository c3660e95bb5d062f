import { parseMetrics, type Sample } from '../../lib/telemetry/metrics-text.js';

/** What an address said, or why it said nothing. */
export interface Scrape {
  readonly address: string;
  /** When, by a clock that never goes back. */
  readonly atMs: number;
  readonly samples: readonly Sample[];
  readonly problem: string | undefined;
}

/** A page of ours has some 50 KB; whoever sends more is not listened to. */
const mostBytes = 8 << 20;

export interface ScrapeOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** Asks one page for its metrics. Whatever goes wrong is said in the answer. */
export async function scrape(address: string, page: URL, options: ScrapeOptions): Promise<Scrape> {
  const { timeoutMs, signal, nowMs } = options;
  const answer = (samples: readonly Sample[], problem?: string): Scrape => ({
    address,
    atMs: nowMs(),
    samples,
    problem,
  });
  try {
    const response = await fetch(page, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return answer([], `answers ${response.status}`);
    }
    const text = await limitedText(response);
    if (text === undefined) return answer([], `sends more than ${mostBytes >> 20} MiB`);
    const samples = parseMetrics(text).filter(({ name }) => name.startsWith('rmmstream_'));
    return answer(samples, samples.length === 0 ? 'has no metrics of rmmstream' : undefined);
  } catch (error) {
    return answer([], problemOf(error, timeoutMs));
  }
}

async function limitedText({ body }: Response): Promise<string | undefined> {
  if (body === null) return '';
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels what is still to come.
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > mostBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function problemOf(error: unknown, timeoutMs: number): string {
  const { name, message, cause } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  return `no answer: ${cause?.code ?? cause?.message ?? message}`;
}
