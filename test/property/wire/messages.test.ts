import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { loadConfig } from '../../../lib/config/index.js';
import { copyRows } from '../../../lib/physics/feature-buffer.js';
import { objectFieldsOf } from '../../../services/featurizer/config.js';
import { FeaturizerOperator } from '../../../services/featurizer/operator.js';
import { sliceRowColumns } from '../../../services/featurizer/row-columns.js';
import { RowTable } from '../../../services/featurizer/row-table.js';
import { EventWidener } from '../../../services/ingest/event-widener.js';
import { compactEvents } from '../../../services/selector/compact-events.js';
import { selectionOf } from '../../../services/selector/config.js';
import { flowRecord } from '../../../services/selector/flow-record.js';
import { SelectorOperator } from '../../../services/selector/operator.js';
import { EventRestorer } from '../../../services/selector/restore-events.js';
import { decodeEvents, encodeEvents } from '../../../services/wire/events.js';
import { decodeSelected, encodeSelected } from '../../../services/wire/selected.js';
import { received } from '../../support/message-chain.js';
import { rawEvents, rawShape, sourceOf } from '../../support/raw-blocks.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 2000 : 100;

function configOf(features: 'rmm' | 'report35') {
  return loadConfig({
    environment: {},
    overrides: [{ path: 'features.type', value: features, flag: '--features' }],
    currentDirectory: '/',
    needs: 'none',
    resolveFiles: false,
  }).config;
}

test('events come back as they were, in type, unit and bits, at any place in memory', () => {
  fc.assert(
    fc.property(
      rawShape,
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      fc.nat(7),
      (shape, medianWeight, shift) => {
        const block = { source: sourceOf(shape), medianWeight, events: rawEvents(shape) };
        const { events, ...rest } = decodeEvents(received(encodeEvents(block), shift), {
          leptons: ['pt'],
          jets: ['btag'],
          triggers: [],
        });
        assert.deepEqual(rest, { source: block.source, medianWeight });
        const { triggers, ...columns } = events;
        assert.deepEqual({ ...triggers }, block.events.triggers);
        const { triggers: _, ...expected } = block.events;
        assert.deepEqual(columns, expected);
        assert.equal(events.keyEvent === events.event, !shape.amplified);
      },
    ),
    { numRuns },
  );
});

for (const type of ['rmm', 'report35'] as const) {
  test(`${type} rows made of compact events that travelled are those made of all events`, () => {
    const config = configOf(type);
    const fields = objectFieldsOf(config);
    const widener = new EventWidener();
    const selector = new SelectorOperator(selectionOf(config));
    const restorer = new EventRestorer();
    const [here, there] = [new FeaturizerOperator(config), new FeaturizerOperator(config)];
    let selectedEvents = 0;
    fc.assert(
      fc.property(rawShape, fc.constantFrom('background', 'data', 'signal', 'input'), (drawn, kind) => {
        const shape = { ...drawn, tables: drawn.tables || type === 'report35' };
        const source = sourceOf(shape, kind);
        const raw = rawEvents(shape);
        const events = widener.widen(raw);
        const { selected, flow } = selector.process(events, source, 1);
        const compact = compactEvents(raw, selected, fields);
        const record = {
          rows: selected.count,
          flow: flowRecord(flow),
          unclassifiedJets: selected.unclassifiedJets,
        };
        const whole = new RowTable(shape.count);
        const given = here.process(events, selected, selected.index, source, whole);
        const [expected, surplus] = [copyRows(given), given.surplus];

        const decoded = decodeSelected(received(encodeSelected({ source, record, compact })), fields);
        assert.deepEqual(decoded, { source, record, compact });
        const restored = restorer.restore(decoded.compact, source);
        assert.equal(restored.selected.unclassifiedJets, record.unclassifiedJets);
        const table = new RowTable(shape.count);
        const found = there.process(restored.events, restored.selected, decoded.compact.index, source, table);
        assert.equal(found.surplus, surplus);
        assert.deepEqual(copyRows(found), expected);
        assert.deepEqual(
          sliceRowColumns(table.columns, 0, table.rows),
          sliceRowColumns(whole.columns, 0, whole.rows),
        );
        selectedEvents += selected.count;
      }),
      { numRuns },
    );
    assert.ok(selectedEvents > numRuns, 'the events are such that some are selected');
  });
}
