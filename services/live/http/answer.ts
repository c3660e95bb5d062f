import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer that is whole. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const text = 'text/plain; charset=utf-8';
export const json = 'application/json; charset=utf-8';
export const html = 'text/html; charset=utf-8';
export const svg = 'image/svg+xml; charset=utf-8';

export function plain(status: number, body: string, headers: Answer['headers'] = {}): Answer {
  return { status, type: text, body: `${body}\n`, headers };
}

export function jsonAnswer(value: unknown): Answer {
  return { status: 200, type: json, body: JSON.stringify(value) };
}

/**
 * What the page may load: scripts, styles and pictures of this server only; no text ever becomes a script or markup
 * (trusted types). A picture is looked at as one, with the styles that it brings.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/** Goes with every answer. */
export function safeHeaders(type: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': type === svg ? picturePolicy : pagePolicy,
    'cross-origin-resource-policy': 'same-origin',
    // With no-referrer browsers hide from which page a form comes.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
  };
}

export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD' || request.complete;
  response.writeHead(answer.status, {
    ...safeHeaders(answer.type),
    'content-length': Buffer.byteLength(answer.body),
    ...answer.headers,
    // What came with a request and was not read ends with its connection.
    ...(isRead ? {} : { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

/** The body of a request; undefined where it is larger than `most` bytes. */
export async function bodyOf(request: IncomingMessage, most: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > most) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}
