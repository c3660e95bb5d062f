import { ask } from './ask.js';

const key = 'rmmstream-token';

/**
 * The token of this tab. It comes with the printed link behind a #, which browsers send to nobody, and leaves the address
 * at once, so that neither history nor a copied address holds it.
 */
export function takeToken(): string | undefined {
  takeFromAddress();
  return sessionStorage.getItem(key) ?? undefined;
}

/** Hears the token of a link that is put into a tab which is here already: nothing is loaded anew then. */
export function onToken(use: (token: string) => void): void {
  addEventListener('hashchange', () => {
    const token = takeFromAddress();
    if (token !== undefined) use(token);
  });
}

function takeFromAddress(): string | undefined {
  const match = /^#token=(.{1,512})$/.exec(location.hash);
  if (match === null) return undefined;
  const token = decoded(match[1]!);
  keepToken(token);
  history.replaceState(null, '', location.pathname);
  return token;
}

/** A token that somebody put into the address as it is may hold a %. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function keepToken(token: string): void {
  sessionStorage.setItem(key, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(key);
}

/** Whether it can be one: browsers send no other text in a header. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(text);
}

/** `failed`: nothing is known of the token. */
export type LoggedIn = 'in' | 'refused' | 'failed';

/** Asks for the cookie with which this browser may look. */
export async function logIn(token: string): Promise<LoggedIn> {
  const body = new URLSearchParams({ token });
  const { answer } = await ask('/login', { method: 'POST', body, redirect: 'manual' });
  // A redirection to the page is the answer to the right token.
  if (answer?.type === 'opaqueredirect') return 'in';
  return answer?.status === 401 ? 'refused' : 'failed';
}
