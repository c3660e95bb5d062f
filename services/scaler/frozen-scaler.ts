import { RmmError } from '../../lib/base/error.js';
import type { OutgoingMessage } from '../../lib/kafka/client.js';
import type { Moments } from '../../lib/learning/moments.js';
import { momentsFromBytes, momentsToBytes } from '../../lib/learning/moments-bytes.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import { scalerFromJson, scalerToJson } from '../../lib/learning/scaler-json.js';
import type { ServiceContext } from '../kafka/context.js';
import { fileMessages, readFiles } from '../kafka/model-store.js';
import type { RecordOf } from '../kafka/progress-records.js';

/** A frozen scaler with the moments that it was made from: what drift is measured against. */
export interface FrozenScaler {
  readonly scaler: Scaler;
  readonly reference: Moments;
}

const scalerFile = 'scaler.json';
const momentsFile = 'moments.bin';

/** The messages that put a frozen scaler on scaler-state. */
export function frozenMessages({ scaler, reference }: FrozenScaler): OutgoingMessage[] {
  return fileMessages(nameOf(scaler.id), [
    { name: scalerFile, bytes: Buffer.from(scalerToJson(scaler), 'utf8') },
    { name: momentsFile, bytes: momentsToBytes(reference) },
  ]);
}

function nameOf(id: string): string {
  return `scaler/${id}`;
}

/** The scaler that is on record. @throws model_corrupt */
export async function loadFrozen(
  { client, names }: Pick<ServiceContext, 'client' | 'names'>,
  { id, from }: Pick<RecordOf<'scaler'>, 'id' | 'from'>,
  signal: AbortSignal,
): Promise<FrozenScaler> {
  const topic = names.topic('scaler-state');
  const files = await readFiles(client, topic, nameOf(id), signal, from);
  const json = files?.get(scalerFile);
  const moments = files?.get(momentsFile);
  if (json === undefined || moments === undefined) {
    throw new RmmError('model_corrupt', `scaler ${id} is on record, but not on ${topic}`, {
      context: { scaler: id, topic },
    });
  }
  const scaler = scalerFromJson(Buffer.from(json).toString('utf8'), `scaler ${id} on ${topic}`);
  return { scaler, reference: momentsFromBytes(moments) };
}
