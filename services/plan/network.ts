import type { Loads } from './loads.js';
import { type Quantity, quantity } from './quantity.js';
import type { Rates } from './rates.js';
import type { PlanRequest } from './request.js';

/** Bytes a second in the phase that keeps brokers busiest, with the headroom. */
export interface Network {
  /** From the input files to the copies of ingest. */
  readonly input: number;
  /** From producers to brokers, each byte once. */
  readonly produced: number;
  /** From brokers to consumers. */
  readonly consumed: number;
  /** Between brokers. */
  readonly replicated: number;
  readonly quantities: readonly Quantity[];
}

/** Brokers that the bytes of a second keep busy: each is written and read by clients, and by other brokers. */
export function brokersForBytes(
  { produced, consumed, replicated }: Pick<Network, 'produced' | 'consumed' | 'replicated'>,
  rates: Pick<Rates, 'broker_write' | 'broker_read'>,
): number {
  return (produced + replicated) / rates.broker_write + (consumed + replicated) / rates.broker_read;
}

/** Who reads a topic, and in which phase of a bounded run. */
const topics = [
  { name: 'events', bytes: 'events_bytes', written: 'read', readers: ['read'] },
  { name: 'selected', bytes: 'selected_bytes', written: 'read', readers: ['read'] },
  // Moments and feature files first, the scaler once it is frozen.
  { name: 'features', bytes: 'features_bytes', written: 'read', readers: ['read', 'read', 'scale'] },
  // The trainer gathers its megasets while they are written.
  { name: 'scaled', bytes: 'scaled_bytes', written: 'scale', readers: ['scale', 'score'] },
] as const;

interface Flow {
  readonly phase: string;
  readonly produced: number;
  readonly consumed: number;
}

export function networkOf(request: PlanRequest, loads: Loads): Network {
  const { events, selected, replication, bytesPerEvent } = request;
  const flows = loads.phases.map((phase): Flow => {
    const isHere = (name: string) => phase.name === 'all' || phase.name === name;
    let produced = 0;
    let consumed = 0;
    for (const { name, bytes, written, readers } of topics) {
      const size = request.rates[bytes] * events * (name === 'events' ? 1 : selected);
      if (isHere(written)) produced += size;
      consumed += size * readers.filter(isHere).length;
    }
    return { phase: phase.name, produced: produced / phase.seconds, consumed: consumed / phase.seconds };
  });
  const brokersBusy = ({ produced, consumed }: Flow) =>
    brokersForBytes({ produced, consumed, replicated: produced * (replication - 1) }, request.rates);
  const busiest = flows.reduce((most, flow) => (brokersBusy(flow) > brokersBusy(most) ? flow : most));
  const { produced, consumed, phase } = busiest;
  const replicated = produced * (replication - 1);
  const seconds = loads.phases.find(({ name }) => name === phase)!.seconds;
  const reading = loads.phases[0]!.seconds;
  const input = (events * bytesPerEvent) / reading;
  const sizes = Object.fromEntries(topics.map(({ bytes }) => [bytes, request.rates[bytes]]));
  const inputs = { events, selected, ...sizes, phase_seconds: seconds };
  const formula = (what: 'written' | 'readers') =>
    `(${topics
      .flatMap(({ name, bytes, written, readers }) => {
        const times =
          what === 'written'
            ? Number(phase === 'all' || written === phase)
            : readers.filter((reader) => phase === 'all' || reader === phase).length;
        const count = name === 'events' ? 'events' : 'events x selected';
        return times === 0 ? [] : [`${times === 1 ? '' : `${times} x `}${count} x ${bytes}`];
      })
      .join(' + ')}) / phase_seconds`;
  return {
    input,
    produced,
    consumed,
    replicated,
    quantities: [
      quantity('network from input files', input, 'bytes/s', 'events x bytes_per_event / phase_seconds', {
        events,
        bytes_per_event: bytesPerEvent,
        phase_seconds: reading,
      }),
      quantity('network of producers', produced, 'bytes/s', formula('written'), inputs),
      quantity('network of consumers', consumed, 'bytes/s', formula('readers'), inputs),
      quantity('network between brokers', replicated, 'bytes/s', 'produced x (replication - 1)', {
        produced,
        replication,
      }),
    ],
  };
}
