import { RmmError } from '../../lib/base/error.js';

/**
 * Where an address has its metrics: host:port, or the whole of a page's address.
 * @throws cli_usage for what is none, and for a name and password in it
 */
export function metricsPage(address: string): URL {
  const refuse = (why: string) =>
    new RmmError(
      'cli_usage',
      `address ${JSON.stringify(address.slice(0, 200))} ${why}; expected host:port or http://host:port/metrics`,
    );
  // URL would take line ends out without a word.
  if (/[\s\p{Cc}]/u.test(address)) throw refuse('has white space or control characters in it');
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  const page = URL.canParse(whole) ? new URL(whole) : undefined;
  if (page === undefined || !['http:', 'https:'].includes(page.protocol))
    throw refuse('is no address of a page');
  if (page.username !== '' || page.password !== '') throw refuse('has a name or password in it');
  if (whole !== address && page.port === '' && !/:80$/.test(address)) throw refuse('has no port');
  if (page.pathname === '/' && page.search === '') page.pathname = '/metrics';
  return page;
}

/** An address that a service listens on, as one that reaches it from this machine. */
export function reachable(host: string, port: number): string {
  const known = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return known.includes(':') ? `[${known}]:${port}` : `${known}:${port}`;
}
