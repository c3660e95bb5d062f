/** The same line is passed on again after this time at the earliest. */
const repeatMs = 60_000;
const mostRemembered = 200;

/**
 * Passes on what people should hear of a connection: changes of state at once, repeats seldom.
 */
export class Notes {
  readonly #onNote: (text: string) => void;
  readonly #now: () => number;
  readonly #said = new Map<string, { at: number; held: number }>();
  readonly #lost = new Set<string>();

  constructor(onNote: (text: string) => void, now: () => number = () => performance.now()) {
    this.#onNote = onNote;
    this.#now = now;
  }

  /** Says `text`, unless it was said within the last minute; then only counts it. */
  say(text: string): void {
    const now = this.#now();
    const before = this.#said.get(text);
    if (before !== undefined && now - before.at < repeatMs) {
      before.held += 1;
      return;
    }
    const repeats = before !== undefined && before.held > 0 ? ` (and ${before.held} times before)` : '';
    this.#said.delete(text);
    this.#said.set(text, { at: now, held: 0 });
    const [oldest] = this.#said.keys();
    if (this.#said.size > mostRemembered && oldest !== undefined) this.#said.delete(oldest);
    this.#onNote(`${text}${repeats}`);
  }

  /** A broker does not answer; said once until it is found again. */
  lost(broker: string, reason: string): void {
    if (this.#lost.has(broker)) return;
    this.#lost.add(broker);
    this.#onNote(`broker ${broker} lost: ${reason}`);
  }

  /** A broker answers; said only where it was lost before. */
  found(broker: string): void {
    if (this.#lost.delete(broker)) this.#onNote(`broker ${broker} found again`);
  }
}
