import type { Config, Profile } from '../../../lib/config/index.js';
import type { PlannedSample } from '../../pipeline/input-plan.js';
import type { EventDetail } from '../shared/event-detail.js';
import type { BoardOptions } from './score-board.js';

/** What threads are told at their start. */
export interface BoardSettings {
  readonly board: BoardOptions;
  readonly config: Config;
  readonly profile: Profile;
  /** Files by their name in outputs; empty where inputs are not on this machine. */
  readonly samples: readonly PlannedSample[];
}

export type BoardTask =
  | { readonly kind: 'take'; readonly path: string }
  /** Another run begins, of which nothing is read yet. */
  | { readonly kind: 'restart' }
  /** The answer is a ScoresSection. */
  | { readonly kind: 'section' }
  /** The answer is a TopEntry, or undefined where the list has no such event (any more). */
  | { readonly kind: 'entry'; readonly id: string };

/** An event of the list with its pictures as SVG, whose colours are custom properties of the theme. */
export interface EventPictures {
  readonly detail: EventDetail;
  readonly display: string | undefined;
  readonly matrix: string | undefined;
}
