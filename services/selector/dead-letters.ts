import type { BlockSource } from '../../lib/flow/block-source.js';
import type { Events, RaggedColumns } from '../../lib/physics/events.js';
import { firstDeadLetter, reasonNames } from '../../lib/physics/selection/index.js';

/**
 * One line of JSON for each event that cannot be used: key (file fingerprint and entry), reason, stage,
 * source, and the event itself with every value that was read. Numbers that JSON has not (NaN, Infinity) are
 * written as strings.
 */
export function deadLetterLines(
  events: Events & { readonly keyEvent?: BigInt64Array },
  reasons: Uint8Array,
  source: Pick<BlockSource, 'sample' | 'file' | 'fingerprint' | 'first'>,
): string[] {
  const lines: string[] = [];
  for (let index = 0; index < events.count; index += 1) {
    const reason = reasons[index]!;
    if (reason < firstDeadLetter) continue;
    const entry = source.first + index;
    lines.push(
      JSON.stringify({
        key: `${source.fingerprint}:${entry}`,
        reason: reasonNames[reason],
        stage: 'selector',
        sample: source.sample,
        file: source.file,
        entry,
        record: {
          run_number: events.run[index],
          event_number: String(events.event[index]),
          ...parentNumber(events, index),
          channel: events.channel[index],
          weight: json(events.weight[index]!),
          met: json(events.met[index]!),
          met_phi: json(events.metPhi[index]!),
          leptons: objects(events.leptons, index),
          jets: objects(events.jets, index),
          ...firedTriggers(events, index),
        },
      }),
    );
  }
  return lines;
}

/** The number that stands for the event in its split key, where that is another event's. */
function parentNumber(
  { event, keyEvent }: { readonly event: BigInt64Array; readonly keyEvent?: BigInt64Array },
  index: number,
): { parent_event_number?: string } {
  if (keyEvent === undefined || keyEvent === event) return {};
  return { parent_event_number: String(keyEvent[index]) };
}

function firedTriggers({ triggers }: Events, index: number): { triggers?: Record<string, number> } {
  const names = Object.keys(triggers ?? {});
  if (names.length === 0) return {};
  return { triggers: Object.fromEntries(names.map((name) => [name, triggers[name]![index]!])) };
}

function json(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** Every column of a ragged group for one event. */
function objects(columns: RaggedColumns, index: number): Record<string, (number | string)[]> {
  const { offsets, ...values } = columns;
  const from = offsets[index]!;
  const to = offsets[index + 1]!;
  return Object.fromEntries(
    Object.entries(values as Record<string, Float64Array | Int32Array | Uint8Array>).map(([name, column]) => [
      name,
      Array.from(column.subarray(from, to), json),
    ]),
  );
}
