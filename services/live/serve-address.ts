import { RmmError } from '../../lib/base/error.js';

export interface ServeAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** This machine only. */
export const usualAddress: ServeAddress = { host: '127.0.0.1', port: 9470 };

/**
 * Reads HOST:PORT, :PORT, PORT, HOST or [IPv6]:PORT; what is missing is usual.
 * @throws cli_usage
 */
export function serveAddress(text: string): ServeAddress {
  const match =
    /^(?:(?<port>\d{1,5})|(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[a-z0-9][a-z0-9.-]*)?)(?::(?<after>\d{1,5}))?)$/i.exec(
      text,
    );
  const { port, six, host, after } = match?.groups ?? {};
  const number = Number(port ?? after ?? usualAddress.port);
  if (match === null || text === '' || number > 65_535) {
    throw new RmmError(
      'cli_usage',
      `--serve ${text}: expected HOST:PORT, for example 127.0.0.1:9470 or 0.0.0.0:9470; port 0 takes a free one`,
    );
  }
  return { host: six ?? host ?? usualAddress.host, port: number };
}
