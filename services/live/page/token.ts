const key = 'rmmstream-token';

/**
 * The token of this tab. It comes with the printed link behind a #, which browsers send to nobody, and leaves the address
 * at once, so that neither history nor a copied address holds it.
 */
export function takeToken(): string | undefined {
  const match = /^#token=(.{1,512})$/.exec(location.hash);
  if (match !== null) {
    sessionStorage.setItem(key, decoded(match[1]!));
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(key) ?? undefined;
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

/** Asks for the cookie with which this browser may look. */
export async function logIn(token: string): Promise<boolean> {
  const body = new URLSearchParams({ token });
  const answer = await fetch('/login', { method: 'POST', body, redirect: 'manual' }).catch(() => undefined);
  // A redirection to the page is the answer to the right token.
  return answer?.type === 'opaqueredirect';
}
