import { RmmError } from '../../lib/base/error.js';
import { filesSchema, readFiles } from '../../services/kafka/model-store.js';
import { FakeKafka } from '../sim/support/fake-kafka.js';
import { put } from '../support/service-context.js';

/** What reading a name from a compacted topic gives where its index is `index`: an error's code, or the files. */
export async function topicsRead(name: string, index: string): Promise<string> {
  const cluster = new FakeKafka();
  cluster.createTopic('models', 1);
  const headers = { schema: filesSchema, version: '1', part: 'index' };
  await put(cluster, 'models', 0, [{ key: name, value: Buffer.from(index), headers }]);
  try {
    const files = await readFiles(cluster.client('test'), 'models', name, new AbortController().signal);
    return [...(files?.keys() ?? [])].join(' ');
  } catch (error) {
    if (error instanceof RmmError) return error.code;
    throw error;
  }
}
