import { byId, say } from './dom.js';
import { forgetToken, logIn, onToken, takeToken } from './token.js';

// With the printed link nobody has to type anything.
const token = takeToken();
onToken((given) => void enter(given));
if (token !== undefined) await enter(token);

async function enter(token: string): Promise<void> {
  const outcome = await logIn(token);
  if (outcome === 'in') return location.replace('/');
  if (outcome === 'refused') forgetToken();
  say(
    byId('login-say'),
    outcome === 'refused'
      ? 'That is not the token of this server (any more): it prints a new one at every start.'
      : 'The server does not answer. Load this page again when it does: the token is kept until then.',
  );
}
