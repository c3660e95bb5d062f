import { RmmError } from '../../base/error.js';
import type { Events } from '../events.js';
import type { SelectionOptions } from './options.js';
import { triggersOfYear } from './trigger-menu.js';

/** True where the options ask for any trigger at all. */
export function asksForTriggers(options: SelectionOptions): boolean {
  return options.triggers.length > 0 || options.triggerMenu !== 'none';
}

/**
 * Fills `fired` (one byte an event) with 1 where one of the triggers in force has fired.
 * Throws `selection_trigger_unknown`, naming what the input has, and `selection_trigger_year`.
 */
export function markFired(events: Events, options: SelectionOptions, fired: Uint8Array): void {
  if (options.triggerMenu === 'none') {
    fired.fill(0, 0, events.count);
    for (const name of options.triggers) addFired(triggerColumn(events, name), events.count, fired);
    return;
  }
  const { year } = events;
  if (year === undefined) {
    throw new RmmError(
      'selection_column_missing',
      'selection.trigger_menu: dilepton needs the column year (data-taking year), which this input does not have; map its branch in the input profile or set selection.trigger_menu: none',
      { context: { column: 'year' } },
    );
  }
  // Years change rarely from event to event, so the columns of the last year are kept.
  let lastYear = Number.NaN;
  let columns: readonly Uint8Array[] = [];
  for (let event = 0; event < events.count; event++) {
    if (year[event]! !== lastYear) {
      lastYear = year[event]!;
      columns = triggersOfYear(lastYear).map((name) => triggerColumn(events, name));
    }
    let any = 0;
    for (let k = 0; k < columns.length; k++) any |= columns[k]![event]!;
    fired[event] = any;
  }
}

function addFired(column: Uint8Array, count: number, fired: Uint8Array): void {
  for (let event = 0; event < count; event++) fired[event]! |= column[event]!;
}

function triggerColumn(events: Events, name: string): Uint8Array {
  const column = Object.hasOwn(events.triggers, name) ? events.triggers[name] : undefined;
  if (column !== undefined) return column;
  const present = Object.keys(events.triggers).sort();
  const there = present.length === 0 ? 'the input has no trigger at all' : `there are ${present.join(', ')}`;
  throw new RmmError(
    'selection_trigger_unknown',
    `trigger ${name} is asked for by the selection, but the input has no such branch; ${there}`,
    { context: { trigger: name, present } },
  );
}
