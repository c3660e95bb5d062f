import { byId, say } from './dom.js';
import { forgetToken, logIn, takeToken } from './token.js';

// With the printed link nobody has to type anything.
const token = takeToken();
if (token !== undefined) {
  if (await logIn(token)) location.replace('/');
  else {
    forgetToken();
    say(
      byId('login-say'),
      'That is not the token of this server (any more): it prints a new one at every start.',
    );
  }
}
