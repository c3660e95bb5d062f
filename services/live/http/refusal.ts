import type { Verdict } from './access.js';
import { type Answer, plain } from './answer.js';

/** What is told to whoever may not. */
export function refusal(verdict: Exclude<Verdict, 'fine'>): Answer {
  switch (verdict) {
    case 'wrong_host':
      return plain(421, 'this server does not go by that name; add it to live.names if it should');
    case 'wrong_origin':
      return plain(403, 'this was not asked by the page of this server');
    case 'no_token':
      return plain(401, 'the token is missing or wrong', { 'www-authenticate': 'Bearer' });
  }
}
