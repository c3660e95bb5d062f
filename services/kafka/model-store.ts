import { createHash } from 'node:crypto';
import { RmmError } from '../../lib/base/error.js';
import type { FetchedMessage, KafkaClient, OutgoingMessage } from '../../lib/kafka/client.js';
import type { NamedFile } from '../../lib/learning/files.js';
import { type ReadSpan, readTopic } from './read-topic.js';

/*
 * Files on a compacted topic: each cut into chunks under keys of their own, and last an index that names them
 * with size and checksum. Whoever reads takes the index as the sign that the whole is there.
 */

const chunkBytes = 512 << 10;
/** Schema of files on compacted topics. */
export const filesSchema = 'rmmstream.files';
const version = '1';
const headers = { schema: filesSchema, version };

interface FileIndex {
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** The messages that put files on a topic under a name, in the order in which they are to be written. */
export function fileMessages(name: string, files: readonly NamedFile[]): OutgoingMessage[] {
  const messages: OutgoingMessage[] = [];
  for (const { name: file, bytes } of files) {
    for (let at = 0; at < Math.max(1, bytes.length); at += chunkBytes) {
      messages.push({
        key: `${name}/${file}/${at / chunkBytes}`,
        value: bytes.subarray(at, at + chunkBytes),
        headers: { ...headers, part: 'chunk' },
      });
    }
  }
  const index: FileIndex = {
    files: files.map(({ name: file, bytes }) => ({ name: file, bytes: bytes.length, sha256: sha256(bytes) })),
  };
  messages.push({
    key: name,
    value: Buffer.from(JSON.stringify(index)),
    headers: { ...headers, part: 'index' },
  });
  return messages;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What lies on a topic under a name. */
interface Found {
  readonly index: FileIndex | undefined;
  readonly chunks: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads the files that were put on a topic under a name: the newest ones, whole and checked. Where they are not there
 * in full, what lies behind open transactions is waited for: brokers end a transaction partition by partition, so that
 * the record of files may be seen before the files.
 * @param from offset before which none of their messages lies; by default the whole topic is read
 * @returns undefined where there are none
 * @throws model_corrupt where chunks are missing or damaged
 */
export async function readFiles(
  client: KafkaClient,
  topic: string,
  name: string,
  signal: AbortSignal,
  from?: number,
): Promise<Map<string, Uint8Array> | undefined> {
  const begin = from === undefined ? {} : { from };
  const [offsets] = await client.admin.offsets(topic);
  const settled = await find(client, topic, name, signal, begin);
  if (isThere(settled, name)) return assembled(settled, topic, name);
  const whole = await find(client, topic, name, signal, { ...begin, to: offsets?.end ?? 0 });
  return whole.index === undefined ? undefined : assembled(whole, topic, name);
}

async function find(
  client: KafkaClient,
  topic: string,
  name: string,
  signal: AbortSignal,
  span: ReadSpan,
): Promise<Found> {
  const chunks = new Map<string, Uint8Array>();
  let index: FileIndex | undefined;
  const take = (message: FetchedMessage) => {
    const { key, value } = message;
    if (value === null || key === null || !isOurs(message)) return;
    if (key === name) index = parseIndex(value, topic, name);
    else if (key.startsWith(`${name}/`)) chunks.set(key, value);
  };
  await readTopic(client, topic, 0, signal, take, span);
  return { index, chunks };
}

function isThere({ index, chunks }: Found, name: string): boolean {
  return index?.files.every((file) => chunkKeys(name, file).every((key) => chunks.has(key))) === true;
}

function chunkKeys(name: string, { name: file, bytes }: FileIndex['files'][number]): string[] {
  const count = Math.max(1, Math.ceil(bytes / chunkBytes));
  return Array.from({ length: count }, (_, number) => `${name}/${file}/${number}`);
}

function assembled({ index, chunks }: Found, topic: string, name: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const entry of index!.files) {
    const { name: file, bytes, sha256: expected } = entry;
    const parts = chunkKeys(name, entry).map((key, number) => {
      const chunk = chunks.get(key);
      if (chunk === undefined) throw damaged(topic, name, `lacks part ${number} of ${file}`);
      return chunk;
    });
    const whole = Buffer.concat(parts);
    if (whole.length !== bytes || sha256(whole) !== expected)
      throw damaged(
        topic,
        name,
        `holds ${file} with ${whole.length} bytes and another checksum than its index`,
      );
    files.set(file, whole);
  }
  return files;
}

function isOurs({ headers }: FetchedMessage): boolean {
  return headers.get('schema') === filesSchema && headers.get('version') === version;
}

function parseIndex(value: Uint8Array, topic: string, name: string): FileIndex {
  try {
    const index = JSON.parse(Buffer.from(value).toString('utf8')) as FileIndex;
    const fits =
      Array.isArray(index.files) &&
      index.files.every(
        ({ name, bytes, sha256 }) => typeof name === 'string' && bytes >= 0 && typeof sha256 === 'string',
      );
    if (fits) return index;
  } catch {
    // Said below.
  }
  throw damaged(topic, name, 'has an index that cannot be read');
}

function damaged(topic: string, name: string, what: string): RmmError {
  return new RmmError('model_corrupt', `${name} on ${topic} ${what}`, { context: { topic, name } });
}
