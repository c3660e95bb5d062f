import type { RunSection } from '../shared/snapshot.js';
import type { LinkFacts, LinkState } from './connection.js';
import { byId, make, say } from './dom.js';

/**
 * Says whether what is shown is live, and if not why.
 * @returns whether the server is here again
 */
export function showLink(state: LinkState, facts: LinkFacts, run: RunSection['state'] | undefined): boolean {
  const badge = byId('link-state');
  const lost = byId('lost');
  const wasLost = badge.dataset.state === 'lost' && !lost.hidden;
  badge.dataset.state = state;
  say(badge, state === 'here' ? 'live' : 'connection lost');
  if (state === 'here') {
    lost.hidden = true;
    return wasLost && facts.sinceMs !== undefined;
  }
  if (!facts.isLocked) say(lost, whyLost(facts, run));
  // A link that has the focus stays.
  else if (lost.querySelector('a') === null)
    lost.replaceChildren('The server asks for its token again: ', make('a', { href: '/' }, 'give it'), '.');
  lost.hidden = false;
  return false;
}

function whyLost({ isFull }: LinkFacts, run: RunSection['state'] | undefined): string {
  if (run === 'finished' || run === 'stopped' || run === 'failed')
    return `The run is over (${run}) and its server has ended with it. This is its last state; the page comes back by itself when a server is there again.`;
  if (isFull)
    return 'As many pages as there may be look on already. What is shown is the last that this one heard; it goes on when another one is closed.';
  return 'The server does not answer. What is shown is the last that it said; the page comes back by itself when the server does.';
}
