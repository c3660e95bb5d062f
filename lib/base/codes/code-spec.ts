/** Who can mend it: the person at the keyboard, the owner of the data, the surroundings, or us. */
export type ErrorDomain = 'user' | 'data' | 'external' | 'internal';

/** What docs/errors.md says of one error code. */
export interface CodeSpec {
  readonly domain: ErrorDomain;
  /** Exit code of the command that meets it: 1 run or data failure, 2 usage or configuration. */
  readonly exit: 1 | 2;
  /** One sentence: what happened. */
  readonly summary: string;
  /** One sentence: what to do. */
  readonly cure: string;
  /** True where the same call may succeed later without a change. */
  readonly retry?: boolean;
}
