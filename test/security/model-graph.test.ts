import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { prepareNativeLibraries } from '../../lib/learning/native-settings.js';
import { onnxruntimeRuntime } from '../../lib/learning/onnxruntime.js';
import { inFolder } from '../support/cli.js';

/**
 * A graph y = x + w whose w is in another file, "secret.bin", as onnx 1.19 writes it: a TensorProto with data_location
 * EXTERNAL and external_data location, offset 0, length 16.
 */
const graph = Buffer.from(
  'CAg6cwoOCgF4CgF3EgF5IgNBZGQSAWcqPAgEEAFCAXdqFgoIbG9jYXRpb24SCnNlY3JldC5iaW5qCwoGb2Zmc2V0EgEwagwKBmxlbmd0aBICMTZwAVoPCgF4EgoKCAgBEgQKAggEYg8KAXkSCgoICAESBAoCCARCBAoAEBE=',
  'base64',
);

test('the graph of a model folder cannot have a file of this machine read', () =>
  inFolder(async (folder) => {
    prepareNativeLibraries();
    const runtime = onnxruntimeRuntime(await import('onnxruntime-node'), {
      name: 'onnxruntime-node',
      version: '',
      executionProviders: ['cpu'],
      writesInPlace: true,
    });
    const before = process.cwd();
    process.chdir(folder);
    try {
      writeFileSync(join(folder, 'secret.bin'), new Float32Array([1, 2, 3, 4]));
      writeFileSync('/tmp/s.bin', new Float32Array(4));
      for (const place of ['secret.bin', '/tmp/s.bin', '../tmp.bin', './file.bin']) {
        assert.equal(place.length, 'secret.bin'.length);
        const model = Buffer.from(graph);
        model.write(place, graph.indexOf('secret.bin'), 'latin1');
        await assert.rejects(
          runtime.load(
            {
              model,
              inputs: [{ name: 'x', dims: [4] }],
              outputs: [{ name: 'y', dims: [4] }],
            },
            { threads: 1 },
          ),
          { code: 'backend_failed' },
          place,
        );
      }
    } finally {
      process.chdir(before);
    }
  }));
