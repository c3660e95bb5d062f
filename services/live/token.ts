import { randomBytes } from 'node:crypto';
import { RmmError } from '../../lib/base/error.js';

export const tokenVariable = 'RMMSTREAM_SERVE_TOKEN';

const shortest = 24;

export interface Token {
  readonly text: string;
  /** Whether it was made now, so that somebody has to be told. */
  readonly isNew: boolean;
}

/** The token of the environment, or a new one of 192 random bits. @throws serve_token_weak */
export function tokenOf(environment: Readonly<Record<string, string | undefined>>): Token {
  const given = environment[tokenVariable];
  if (given === undefined || given === '')
    return { text: randomBytes(24).toString('base64url'), isNew: true };
  if (given.length < shortest || given.length > 512 || !/^[\x21-\x7e]+$/.test(given)) {
    throw new RmmError(
      'serve_token_weak',
      `${tokenVariable} has ${given.length} characters; expected ${shortest} to 512 without spaces; leave it out, and a token is made and printed`,
    );
  }
  return { text: given, isNew: false };
}
