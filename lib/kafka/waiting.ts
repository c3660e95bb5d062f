/** Waits for a promise that does not fail, but not longer than `ms`; whether it came in time. */
export async function inTime(ended: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([ended.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What `call` gives, or `reason` thrown as soon as the signal is aborted; `call` itself goes on then, unheard. */
export function unlessAborted<Result>(
  call: Promise<Result>,
  signal: AbortSignal,
  reason: () => Error,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(reason());
    // Taken off again: the signal lives as long as what waits, the call but a moment.
    call.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
