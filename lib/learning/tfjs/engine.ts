import { RmmError } from '../../base/error.js';
import type { TensorFlowDoor } from './tensorflow.js';

/**
 * Runs `body`, which must not wait for anything, on the door's own backend: TensorFlow.js has one current backend for
 * the whole process, and two doors may share it.
 * @throws RmmError `backend_failed`
 */
export async function onEngine<T>(door: TensorFlowDoor, body: () => T): Promise<T> {
  try {
    // Somebody else may set another one while this waits.
    while (door.tf.getBackend() !== door.engine) {
      if (!(await door.tf.setBackend(door.engine)))
        throw new Error(`the backend ${door.engine} does not start`);
    }
    return body();
  } catch (cause) {
    if (cause instanceof RmmError) throw cause;
    throw new RmmError('backend_failed', `${door.name} ${door.version} failed: ${(cause as Error).message}`, {
      cause,
    });
  }
}
