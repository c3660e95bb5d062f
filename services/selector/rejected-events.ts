import { type CutFlow, reason, reasonNames } from '../../lib/physics/selection/index.js';

/** Events that go no further, by the name of what stopped them. Of an event that came again, what stopped it then is not taken back. */
export function rejectedEvents({ raw }: Pick<CutFlow, 'raw'>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [code, name] of reasonNames.entries())
    if (code !== reason.selected && raw[code]! > 0) counts.set(name, raw[code]!);
  return counts;
}
