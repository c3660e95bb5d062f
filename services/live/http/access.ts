import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

export interface AccessRules {
  readonly port: number;
  readonly token: string;
  /** Whether the server listens on this machine only: looking from here needs no token then, changing does. */
  readonly isLocal: boolean;
  /** Names by which the server may be asked for, beside addresses and localhost. */
  readonly names: readonly string[];
}

export type Verdict = 'fine' | 'wrong_host' | 'wrong_origin' | 'no_token';

/** Whether an address is of this machine only. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Judges requests by their headers alone. */
export class Access {
  readonly #rules: AccessRules;
  readonly #digest: Buffer;
  readonly #names: ReadonlySet<string>;

  constructor(rules: AccessRules) {
    this.#rules = rules;
    this.#digest = digestOf(rules.token);
    this.#names = new Set(['localhost', ...rules.names].map((name) => name.toLowerCase()));
  }

  /** May it see what is shown? */
  toLook(headers: IncomingHttpHeaders): Verdict {
    const host = this.toKnock(headers);
    if (host !== 'fine' || (this.#rules.isLocal && isFromHere(headers))) return host;
    return this.#hasToken(headers) || this.#hasCookie(headers) ? 'fine' : 'no_token';
  }

  /**
   * May it change something? A cookie goes along by itself wherever a browser is sent, so that it is not enough: the
   * token has to be in a header, which no foreign page can add.
   */
  toChange(headers: IncomingHttpHeaders): Verdict {
    const asked = this.toAsk(headers);
    if (asked !== 'fine') return asked;
    return this.#hasToken(headers) ? 'fine' : 'no_token';
  }

  /** May it send a form? From a page of this server, or from what is no browser. */
  toAsk(headers: IncomingHttpHeaders): Verdict {
    const host = this.toKnock(headers);
    if (host !== 'fine') return host;
    return isSameOrigin(headers) ? 'fine' : 'wrong_origin';
  }

  /**
   * Does it ask for this server by a name that is its own? A page of a foreign name whose address was changed to this
   * machine's (DNS rebinding) sends that name.
   */
  toKnock({ host }: IncomingHttpHeaders): Verdict {
    if (host === undefined) return 'wrong_host';
    const name = hostName(host);
    if (name === undefined) return 'wrong_host';
    if (this.#names.has(name)) return 'fine';
    // An address cannot be rebound; on this machine only, it is one of its own.
    const isKnown = isIP(bare(name)) !== 0 && (!this.#rules.isLocal || isLoopback(name));
    return isKnown ? 'fine' : 'wrong_host';
  }

  isToken(text: string): boolean {
    return timingSafeEqual(digestOf(text), this.#digest);
  }

  /** Its value follows from the token, so that a server that was started again with the same token knows it. */
  get cookie(): string {
    return `${this.#cookieName}=${this.#cookieValue}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Cookies are the same for all ports of a machine. */
  get #cookieName(): string {
    return `rmmstream_live_${this.#rules.port}`;
  }

  get #cookieValue(): string {
    return createHmac('sha256', this.#rules.token).update('rmmstream live page, 1').digest('base64url');
  }

  #hasToken({ authorization }: IncomingHttpHeaders): boolean {
    const match = /^Bearer ([\x21-\x7e]{1,512})$/.exec(authorization ?? '');
    return match !== null && this.isToken(match[1]!);
  }

  #hasCookie({ cookie }: IncomingHttpHeaders): boolean {
    const wanted = digestOf(this.#cookieValue);
    return (cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(`${this.#cookieName}=`))
      .some((part) => timingSafeEqual(digestOf(part.slice(this.#cookieName.length + 1)), wanted));
  }
}

/** What programs that stand before a server say of whom they ask for. */
const passedOn = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const;

/**
 * Whether a request to a server of this machine only comes from this machine: it asks for an address of it, and nothing
 * has passed it on. A proxy on this machine stands for everybody who reaches that.
 */
function isFromHere(headers: IncomingHttpHeaders): boolean {
  const name = hostName(headers.host ?? '');
  return name !== undefined && isLoopback(name) && passedOn.every((header) => headers[header] === undefined);
}

/** Texts of any length compared in a time that says nothing of them. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Browsers say from which page a request comes; what says nothing is no browser, and has no cookies of one. */
function isSameOrigin({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (origin !== undefined) {
    // Behind something that adds TLS the scheme is another one.
    const match = /^https?:\/\/([^/]+)$/i.exec(origin);
    return match !== null && match[1]!.toLowerCase() === host?.toLowerCase();
  }
  return site === undefined || site === 'same-origin' || site === 'none';
}

/** The name in a Host header, in lower case; undefined where it is none. */
function hostName(host: string): string | undefined {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host)?.[1];
  return name?.toLowerCase().replace(/\.$/, '');
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
