import { RmmError } from '../../lib/base/error.js';
import type { ServiceContext } from './context.js';

/**
 * Writes something that was long in the making: where the disk does not take it, it is kept and written again and again,
 * and /ready says so.
 * @returns milliseconds between the tries, which are no work
 * @throws what no retry mends, and the reason of `signal` where that is aborted first
 */
export async function untilWritten(
  { tools, pause }: Pick<ServiceContext, 'tools' | 'pause'>,
  what: string,
  write: () => void,
  signal: AbortSignal,
): Promise<number> {
  const key = `write:${what}`;
  let waitedMs = 0;
  try {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        write();
        return waitedMs;
      } catch (error) {
        if (!(error instanceof RmmError) || error.spec.retry !== true) throw error;
        tools.error(error.code);
        tools.health.fault(key, error.message);
      }
      const sinceMs = tools.clock.steadyMs();
      await pause(attempt, signal);
      waitedMs += tools.clock.steadyMs() - sinceMs;
    }
  } finally {
    tools.health.clear(key);
  }
}
