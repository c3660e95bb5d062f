import { closedHere } from '../failures.js';
import { Link, type LinkContext } from './link.js';

interface Entry {
  readonly opening: Promise<Link>;
  /** Once it was reached; it may be lost since. */
  open?: Link;
}

function isLost({ open }: Entry): boolean {
  return open?.isOpen === false;
}

/** Connections to brokers by their address, each opened when it is first needed and again once it is lost. */
export class Links {
  readonly #context: LinkContext;
  readonly #links = new Map<string, Entry>();
  readonly #closing = new AbortController();
  /** Connections that were lost and are no longer kept. */
  #replaced = 0;

  constructor(context: LinkContext) {
    this.#context = context;
    context.open.add(this);
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** @throws kafka_unreachable, kafka_refused, kafka_closed */
  async to(address: string): Promise<Link> {
    if (this.isClosed) throw closedHere(`connecting to ${address}`);
    const known = this.#links.get(address);
    if (known !== undefined && !isLost(known)) return await known.opening;
    if (known !== undefined) this.#replaced += 1;
    const opening = Link.open(this.#context, address, this.#closing.signal);
    const entry: Entry = { opening };
    this.#links.set(address, entry);
    try {
      const link = await opening;
      entry.open = link;
      if (!this.isClosed) return link;
      link.close();
      throw closedHere(`connecting to ${address}`);
    } catch (error) {
      if (this.#links.get(address) === entry) this.#links.delete(address);
      throw error;
    }
  }

  /** How many connections were lost since the beginning. */
  get losses(): number {
    return this.#replaced + [...this.#links.values()].filter(isLost).length;
  }

  /** Addresses that were reached and not yet lost. */
  get addresses(): readonly string[] {
    return [...this.#links].filter(([, { open }]) => open?.isOpen === true).map(([address]) => address);
  }

  close(): void {
    this.#closing.abort();
    this.#context.open.delete(this);
    for (const { open } of this.#links.values()) open?.close();
    this.#links.clear();
  }
}
