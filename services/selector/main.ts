import type { HopResult } from '../../lib/flow/partitions/hop.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { objectFieldsOf } from '../featurizer/config.js';
import { EventWidener } from '../ingest/event-widener.js';
import { eventFieldsOf } from '../ingest/needed.js';
import { eventLetter, letterMessage } from '../kafka/letters.js';
import type { ServiceDefinition } from '../kafka/run-service.js';
import { stageHopPart } from '../kafka/stage-hop.js';
import { stages } from '../kafka/stages.js';
import { decodeEvents } from '../wire/events.js';
import { encodeSelected } from '../wire/selected.js';
import { compactEvents } from './compact-events.js';
import { selectionOf } from './config.js';
import { flowRecord } from './flow-record.js';
import { SelectorOperator } from './operator.js';
import { rejectedEvents } from './rejected-events.js';

/** Events to selected events, with what became of the others. */
export const selector: ServiceDefinition = {
  name: 'selector',
  writes: false,
  parts: (context) => {
    const { config, profile } = context.loaded;
    const operator = new SelectorOperator(selectionOf(config));
    const widener = new EventWidener();
    const fields = objectFieldsOf(config);
    const read = eventFieldsOf(config, profile);
    const topic = context.names.topic('events');
    const process = (message: FetchedMessage, partition: number): HopResult => {
      const { source, medianWeight, events: raw } = decodeEvents(message, read);
      const { selected, flow, deadLetters } = operator.process(widener.widen(raw), source, medianWeight);
      const record = {
        rows: selected.count,
        flow: flowRecord(flow),
        unclassifiedJets: selected.unclassifiedJets,
      };
      const place = { topic, partition, offset: message.offset };
      const letter = (line: string) =>
        letterMessage(eventLetter(line, place, source, medianWeight, config.kafka.topics.max_message_bytes));
      return {
        out: encodeSelected({ source, record, compact: compactEvents(raw, selected, fields) }),
        deadLetters: deadLetters.map(letter),
        eventsIn: source.entries,
        eventsOut: selected.count,
        rejected: rejectedEvents(flow),
      };
    };
    return [stageHopPart(context, { stage: stages.selector, process })];
  },
};
