/** Holds a run between its tasks, and lets it go on. */
export class RunGate {
  #closed: { readonly opened: Promise<void>; readonly open: () => void } | undefined;
  /** How many threads of work stand before it. */
  waiting = 0;

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  close(): void {
    if (this.#closed !== undefined) return;
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#closed = { opened, open };
  }

  open(): void {
    this.#closed?.open();
    this.#closed = undefined;
    this.waiting = 0;
  }

  /** Nothing where it is open; else a promise that is kept when it opens. */
  readonly pass = (): Promise<void> | undefined => {
    if (this.#closed === undefined) return undefined;
    this.waiting += 1;
    return this.#closed.opened;
  };
}
