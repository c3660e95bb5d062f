/** An answer of the server with its words; without one, why there is none. */
export interface Told {
  readonly answer: Response | undefined;
  readonly text: string;
}

export const patienceMs = 10_000;

/** Asks the server, and waits for no longer than a person would. */
export async function ask(path: string, init: RequestInit = {}, waitMs = patienceMs): Promise<Told> {
  try {
    const answer = await fetch(path, { ...init, signal: AbortSignal.timeout(waitMs) });
    return { answer, text: (await answer.text()).trim() };
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    return { answer: undefined, text: isLate ? lateText(waitMs) : 'it does not answer' };
  }
}

function lateText(waitMs: number): string {
  return `it has not answered for ${waitMs / 1000} s (a browser has six connections to a server, and each page of it that is open holds one)`;
}
