import { RmmError } from '../../lib/base/error.js';
import type { ServiceContext } from './context.js';

/**
 * Writes something that was long in the making: where the disk does not take it, it is kept and written again and again,
 * and /ready says so.
 * @throws what no retry mends, and the reason of `signal` where that is aborted first
 */
export async function untilWritten(
  { tools, pause }: Pick<ServiceContext, 'tools' | 'pause'>,
  what: string,
  write: () => void,
  signal: AbortSignal,
): Promise<void> {
  const key = `write:${what}`;
  try {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        write();
        return;
      } catch (error) {
        if (!(error instanceof RmmError) || error.spec.retry !== true) throw error;
        tools.health.fault(key, error.message);
      }
      await pause(attempt, signal);
    }
  } finally {
    tools.health.clear(key);
  }
}
