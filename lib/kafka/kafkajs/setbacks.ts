import { Backoff } from '../../base/backoff.js';
import { brokerCode } from '../broker-codes.js';
import { brokerCodeOf } from '../failures.js';

/**
 * What a failure means to a member of a group:
 * - `meeting`: the group meets again; the member comes with the name that it has
 * - `forgotten`: the coordinator does not know the name; the member asks for a new one
 * - `moved`: another broker is the coordinator, or about to be
 * - `lost`: anything else, a refusal or a connection that is gone
 */
export type Setback = 'meeting' | 'forgotten' | 'moved' | 'lost';

const kinds: ReadonlyMap<number | undefined, Setback> = new Map([
  [brokerCode.rebalanceInProgress, 'meeting'],
  [brokerCode.illegalGeneration, 'meeting'],
  [brokerCode.unknownMember, 'forgotten'],
  [brokerCode.coordinatorNotAvailable, 'moved'],
  [brokerCode.coordinatorLoading, 'moved'],
  [brokerCode.notCoordinator, 'moved'],
]);

export function setbackOf(error: unknown): Setback {
  return kinds.get(brokerCodeOf(error)) ?? 'lost';
}

/** The pause of a member after the first of several failures. */
export const firstPauseMs = 50;

/** Pauses of a member between its tries to get into its group. */
export class Rejoining {
  readonly #backoff: Backoff;

  constructor(retryMaxMs: number) {
    this.#backoff = new Backoff(firstPauseMs, retryMaxMs);
  }

  /** It is in: whatever comes next is the first failure. */
  joined(): void {
    this.#backoff.reset();
  }

  /**
   * The pause after a failure, in ms. It stays short for what belongs to the life of a group; everything else, a
   * refusal as well, may last and is asked for ever more seldom.
   */
  pauseMs(setback: Setback): number {
    if (setback === 'meeting' || setback === 'forgotten') this.#backoff.reset();
    return this.#backoff.next();
  }
}
