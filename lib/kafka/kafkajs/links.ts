import { closedHere } from '../failures.js';
import { Link, type LinkContext } from './link.js';

/** Connections to brokers by their address, each opened when it is first needed and again once it is lost. */
export class Links {
  readonly #context: LinkContext;
  readonly #links = new Map<string, Promise<Link>>();
  /** Those that were open when they were looked at last. */
  readonly #open = new Set<Link>();
  #losses = 0;
  #isClosed = false;

  constructor(context: LinkContext) {
    this.#context = context;
    context.open.add(this);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @throws kafka_unreachable, kafka_refused, kafka_closed */
  async to(address: string): Promise<Link> {
    if (this.#isClosed) throw closedHere(`connecting to ${address}`);
    const known = this.#links.get(address);
    if (known !== undefined) {
      const link = await known;
      if (link.isOpen) return link;
      if (this.#links.get(address) === known) this.#links.delete(address);
      return this.to(address);
    }
    const opening = Link.open(this.#context, address);
    this.#links.set(address, opening);
    try {
      const link = await opening;
      if (!this.#isClosed) {
        this.#open.add(link);
        return link;
      }
      link.close();
      throw closedHere(`connecting to ${address}`);
    } catch (error) {
      if (this.#links.get(address) === opening) this.#links.delete(address);
      throw error;
    }
  }

  /** How many connections were lost since the beginning. */
  get losses(): number {
    for (const link of this.#open) {
      if (link.isOpen) continue;
      this.#open.delete(link);
      this.#losses += 1;
    }
    return this.#losses;
  }

  /** Addresses that were reached and not yet lost. */
  get addresses(): readonly string[] {
    return [...this.#links.keys()];
  }

  close(): void {
    this.#isClosed = true;
    this.#context.open.delete(this);
    for (const opening of this.#links.values())
      opening.then(
        (link) => link.close(),
        () => undefined,
      );
    this.#links.clear();
  }
}
