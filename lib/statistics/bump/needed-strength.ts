import { notDefined } from '../measured.js';
import { normalDeviate } from '../normal-tail.js';
import type { Hunt } from './hunt.js';
import type { LocalExcess } from './scan.js';

/** The strength at which a signal would be seen. */
export interface Needed {
  /** In units of the template. */
  readonly strength: number;
  /** Signal events in the range at this strength. */
  readonly events: number;
  /** The most interesting window then. */
  readonly window: LocalExcess;
}

export type Need = Needed | { readonly notDefined: string };

/** A signal so many times the background, and 1000 events more, is the largest that is tried. */
const mostBackgrounds = 100;
/** The strength is known to 2^-30 of itself. */
const halvings = 30;

/** When a signal counts as seen. */
export interface Seen {
  /** Local significance. */
  readonly z: number;
  /** Events in the window: where there is hardly any background, a part of an event would be significant. */
  readonly events: number;
}

/**
 * The strength at which the Asimov spectrum, background plus strength x template, reaches the local significance
 * `seen.z` in its most interesting window, with at least `seen.events` in it, the background being known.
 */
export function strengthOverKnown(
  hunt: Hunt,
  background: Float64Array,
  template: Float64Array,
  seen: Seen,
): Need {
  const scales = new Float64Array(background.length).fill(1);
  return search(background, template, seen, (counts) => hunt.scan.best(counts, background, scales));
}

/** The same with the background fitted to the spectrum that holds the signal, which takes a part of it. */
export function strengthOverFitted(
  hunt: Hunt,
  background: Float64Array,
  template: Float64Array,
  seen: Seen,
): Need {
  const scales = new Float64Array(background.length).fill(1);
  return search(background, template, seen, (counts) => hunt.run(counts, scales));
}

function search(
  background: Float64Array,
  template: Float64Array,
  seen: Seen,
  scan: (counts: Float64Array) => LocalExcess | undefined,
): Need {
  const events = template.reduce((sum, count) => sum + count, 0);
  if (!(events > 0 && Number.isFinite(events)))
    return notDefined(`the signal has ${events} events in the range, which is not positive`);
  const counts = new Float64Array(background.length);
  const at = (strength: number) => {
    for (let bin = 0; bin < counts.length; bin++)
      counts[bin] = Math.max(0, background[bin]! + strength * template[bin]!);
    const found = scan(counts);
    return found !== undefined && reaches(found, seen) ? found : undefined;
  };
  // A signal of one event is the least that anybody sees.
  let high = 1 / events;
  let low = 0;
  let window = at(high);
  const most = 1000 + mostBackgrounds * background.reduce((sum, mean) => sum + mean, 0);
  while (window === undefined) {
    if (high * events > most)
      return notDefined(
        `no strength up to ${high.toPrecision(3)} of the template gives ${seen.events} events with a local Z of ${seen.z}`,
      );
    low = high;
    high *= 2;
    window = at(high);
  }
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    const found = at(middle);
    if (found === undefined) low = middle;
    else {
      high = middle;
      window = found;
    }
  }
  return { strength: high, events: high * events, window };
}

function reaches({ logP, counted }: LocalExcess, { z, events }: Seen): boolean {
  return counted >= events && logP < -Math.LN2 && normalDeviate(logP) >= z;
}
