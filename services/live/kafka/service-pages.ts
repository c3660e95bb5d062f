import { lookup } from 'node:dns/promises';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { runAddresses } from '../../pipeline/run-addresses.js';
import { metricsPage, reachable } from '../../top/addresses.js';
import { type Scrape, scrape } from '../../top/scrape.js';

const timeoutMs = 2_000;

export interface PageOptions {
  readonly loaded: LoadedConfig;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** Asks every service that the configuration names, and those of a run on this machine, for its metrics. */
export async function servicePages({ loaded, ...options }: PageOptions): Promise<Scrape[]> {
  const addresses = [...new Set([...(await named(loaded)), ...local(loaded)])];
  return Promise.all(
    addresses.map((address) => scrape(address, metricsPage(address), { ...options, timeoutMs })),
  );
}

function local({ config, outputDirectory }: LoadedConfig): string[] {
  const { host, port } = config.service;
  return [
    ...(port > 0 && config.live.services.length === 0 ? [reachable(host, port)] : []),
    ...runAddresses(outputDirectory).map((one) => reachable(one.host, one.port)),
  ];
}

/** A name stands for all copies behind it: compose and Kubernetes give one to each service. */
async function named({ config }: LoadedConfig): Promise<string[]> {
  const found = await Promise.all(
    config.live.services.map(async (address) => {
      const cut = address.lastIndexOf(':');
      const [host, port] = [address.slice(0, cut), address.slice(cut + 1)];
      if (host.startsWith('[')) return [address];
      const copies = await lookup(host, { all: true }).catch(() => []);
      // A name that leads nowhere (yet) stays, and is told as an address that does not answer.
      return copies.length === 0 ? [address] : copies.map((copy) => reachable(copy.address, Number(port)));
    }),
  );
  return found.flat();
}
