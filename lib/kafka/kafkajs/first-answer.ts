/** One of several that may answer the same question. */
export interface Candidate<Answer> {
  readonly name: string;
  ask(): Promise<Answer>;
  /** Hears that it failed, or that another is asked since it is silent. */
  passedOver(): void;
}

export interface Impatience {
  /** So long after a candidate was asked, without an answer of it, the next is asked too. */
  readonly silenceMs: number;
  /** After which nobody is waited for any more. */
  readonly patienceMs: number;
  /** Whether another candidate may do better; any other error is thrown at once. */
  readonly mayPass: (error: Error) => boolean;
}

/** Thrown where no candidate answered: why not, each by its own. */
export class NoAnswer extends Error {}

/**
 * The first answer of candidates that are asked one after another: the next one when the last one failed or is
 * silent. One that accepts connections and never answers so holds nobody up, and one that is only slow is still
 * heard.
 * @throws NoAnswer
 */
export function firstAnswer<Answer>(
  candidates: readonly Candidate<Answer>[],
  { silenceMs, patienceMs, mayPass }: Impatience,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const silent = new Set<string>();
    const reasons: string[] = [];
    const waiting = [...candidates];
    let silence: NodeJS.Timeout | undefined;
    const end = (settle: () => void) => {
      clearTimeout(silence);
      clearTimeout(patience);
      waiting.length = 0;
      settle();
    };
    const giveUp = () => {
      const mute = [...silent].map((name) => `${name} does not answer`);
      end(() => reject(new NoAnswer([...reasons, ...mute].join('; '))));
    };
    const patience = setTimeout(giveUp, patienceMs);
    const next = () => {
      clearTimeout(silence);
      const candidate = waiting.shift();
      if (candidate === undefined) {
        if (silent.size === 0) giveUp();
        return;
      }
      silent.add(candidate.name);
      const isSilent = () => {
        candidate.passedOver();
        next();
      };
      silence = setTimeout(isSilent, silenceMs);
      candidate.ask().then(
        (answer) => end(() => resolve(answer)),
        (error: Error) => {
          candidate.passedOver();
          silent.delete(candidate.name);
          reasons.push(error.message);
          if (!mayPass(error)) end(() => reject(error));
          else next();
        },
      );
    };
    next();
  });
}
