import { brokersForBytes, type Network } from './network.js';
import { type Quantity, quantity } from './quantity.js';
import type { PlanRequest } from './request.js';
import type { Storage } from './storage.js';

export interface Brokers {
  readonly brokers: number;
  readonly quantities: readonly Quantity[];
}

/** Enough brokers for replicas, for the bytes in flight, and for the disks. */
export function brokersOf(request: PlanRequest, network: Network, storage: Storage): Brokers {
  const { replication, brokerDisk, diskFill, rates } = request;
  const { produced, consumed, replicated } = network;
  const written = produced + replicated;
  const read = consumed + replicated;
  const byBytes = Math.ceil(brokersForBytes(network, rates));
  const byDisk = Math.ceil(storage.topics / (brokerDisk * diskFill));
  const brokers = Math.max(replication, byBytes, byDisk);
  return {
    brokers,
    quantities: [
      quantity('written to brokers', written, 'bytes/s', 'produced + replicated', { produced, replicated }),
      quantity('read from brokers', read, 'bytes/s', 'consumed + replicated', { consumed, replicated }),
      quantity(
        'brokers for the bytes',
        byBytes,
        'brokers',
        'ceil(written / broker_write + read / broker_read)',
        {
          written,
          broker_write: rates.broker_write,
          read,
          broker_read: rates.broker_read,
        },
      ),
      quantity('brokers for the disks', byDisk, 'brokers', 'ceil(topics_disk / (broker_disk x disk_fill))', {
        topics_disk: storage.topics,
        broker_disk: brokerDisk,
        disk_fill: diskFill,
      }),
      quantity('brokers', brokers, 'brokers', 'max(replication, brokers_for_bytes, brokers_for_disks)', {
        replication,
        brokers_for_bytes: byBytes,
        brokers_for_disks: byDisk,
      }),
    ],
  };
}
