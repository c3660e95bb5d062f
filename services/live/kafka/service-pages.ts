import { lookup } from 'node:dns/promises';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { inTime, unlessAborted } from '../../../lib/kafka/waiting.js';
import { runAddresses } from '../../pipeline/run-addresses.js';
import { metricsPage, reachable } from '../../top/addresses.js';
import { type Scrape, scrape } from '../../top/scrape.js';
import { distinctPages } from './distinct-pages.js';

const timeoutMs = 2_000;

export interface PageOptions {
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** Addresses behind a name; none where it leads nowhere. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** Asks every service that the configuration names, and those of a run on this machine, for its metrics. */
export class ServicePages {
  readonly #loaded: LoadedConfig;
  readonly #lookup: Lookup;
  readonly #lookupMs: number;
  /** Names that are being looked up. The system may take its time, and looks up few at once. */
  readonly #sought = new Map<string, Promise<readonly string[]>>();

  constructor(loaded: LoadedConfig, look: Lookup = systemLookup, lookupMs = timeoutMs) {
    this.#loaded = loaded;
    this.#lookup = look;
    this.#lookupMs = lookupMs;
  }

  async ask(options: PageOptions): Promise<Scrape[]> {
    const { signal } = options;
    const { config } = this.#loaded;
    const known = Promise.all(config.live.services.map((address) => this.#copiesOf(address)));
    const named = await unlessAborted(known, signal, () => new Error('ended')).catch(() => []);
    if (signal.aborted) return [];
    const names = [...named, ...local(this.#loaded).map((address) => [address])];
    const pages = new Map<string, Promise<Scrape>>();
    for (const address of names.flat())
      if (!pages.has(address)) pages.set(address, this.#page(address, options));
    const asked = names.map((addresses) => Promise.all(addresses.map((address) => pages.get(address)!)));
    return distinctPages(await Promise.all(asked));
  }

  #page(address: string, { signal, nowMs }: PageOptions): Promise<Scrape> {
    if (!this.#sought.has(splitAddress(address).host))
      return scrape(address, metricsPage(address), { signal, nowMs, timeoutMs });
    const problem = `its name is not looked up within ${this.#lookupMs} ms`;
    return Promise.resolve({ address, atMs: nowMs(), samples: [], problem });
  }

  /** A name stands for all copies behind it: compose and Kubernetes give one to each service. */
  async #copiesOf(address: string): Promise<readonly string[]> {
    const { host, port } = splitAddress(address);
    if (host.startsWith('[')) return [address];
    const sought = this.#sought.get(host) ?? this.#lookup(host).catch(() => []);
    this.#sought.set(host, sought);
    // One that takes longer is there for a later look.
    const copies = (await inTime(sought, this.#lookupMs)) ? await sought : undefined;
    if (copies !== undefined) this.#sought.delete(host);
    // A name that leads nowhere (yet) stays, and is told as an address that does not answer.
    if (copies === undefined || copies.length === 0) return [address];
    return copies.map((copy) => reachable(copy, port));
  }
}

function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const cut = address.lastIndexOf(':');
  return { host: address.slice(0, cut), port: Number(address.slice(cut + 1)) };
}

async function systemLookup(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

function local({ config, outputDirectory }: LoadedConfig): string[] {
  const { host, port } = config.service;
  return [
    ...(port > 0 && config.live.services.length === 0 ? [reachable(host, port)] : []),
    ...runAddresses(outputDirectory).map((one) => reachable(one.host, one.port)),
  ];
}
