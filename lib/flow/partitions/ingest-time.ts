/**
 * Header of messages: the wall clock (milliseconds since 1970) when ingest read the block. Hops give it on, so that the
 * last stage knows how long a block was on its way. It is of the transport alone: no output holds it.
 */
export const ingestTimeHeader = 'ingested_ms';

/** When the block of a message was read; undefined where the message does not say so, or says nothing sensible. */
export function ingestTimeOf(headers: ReadonlyMap<string, string>): number | undefined {
  const text = headers.get(ingestTimeHeader);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
