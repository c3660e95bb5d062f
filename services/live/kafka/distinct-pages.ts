import { isIPv6 } from 'node:net';
import { metricList } from '../../../lib/telemetry/metric-list.js';
import type { Sample } from '../../../lib/telemetry/metrics-text.js';
import type { Scrape } from '../../top/scrape.js';

/** What tells a process from every other one: when it began, to parts of a millisecond. Undefined where it does not say. */
export function processOf(samples: readonly Sample[]): number | undefined {
  return samples.find(({ name }) => name === metricList.startTime.name)?.value;
}

/**
 * Every process once, however many addresses lead to it.
 * @param names what was said at the addresses of each name
 */
export function distinctPages(names: readonly (readonly Scrape[])[]): Scrape[] {
  const addresses = new Set<string>();
  const processes = new Set<number>();
  return names.flatMap(withoutOtherFamily).filter(({ address, samples }) => {
    const process = processOf(samples);
    if (addresses.has(address) || (process !== undefined && processes.has(process))) return false;
    addresses.add(address);
    if (process !== undefined) processes.add(process);
    return true;
  });
}

/**
 * A name has addresses of both families where its service listens at one only: silence at those of the other is no
 * news. Copies of one family are missed one by one.
 */
function withoutOtherFamily(copies: readonly Scrape[]): readonly Scrape[] {
  const answering = new Set(
    copies.filter(({ problem }) => problem === undefined).map(({ address }) => isSix(address)),
  );
  return answering.size === 1 ? copies.filter(({ address }) => answering.has(isSix(address))) : copies;
}

function isSix(address: string): boolean {
  return isIPv6(address.slice(address.indexOf('[') + 1, address.lastIndexOf(']')));
}
