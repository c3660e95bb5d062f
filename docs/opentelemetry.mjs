import { subscribe } from 'node:diagnostics_channel';
import { metrics } from '@opentelemetry/api';

const meter = metrics.getMeter('rmmstream');
const events = meter.createCounter('rmmstream.events', { unit: '{event}' });
const bytes = meter.createCounter('rmmstream.io', { unit: 'By' });
const seconds = meter.createHistogram('rmmstream.batch.duration', { unit: 's' });
const errors = meter.createCounter('rmmstream.errors', { unit: '{error}' });
const loss = meter.createGauge('rmmstream.validation_loss');

subscribe('rmmstream:batch', (batch) => {
  const { stage } = batch;
  events.add(batch.eventsIn, { stage, direction: 'in' });
  events.add(batch.eventsOut, { stage, direction: 'out' });
  bytes.add(batch.bytesIn, { stage, direction: 'in' });
  bytes.add(batch.bytesOut, { stage, direction: 'out' });
  if (batch.seconds > 0) seconds.record(batch.seconds, { stage });
});
subscribe('rmmstream:error', ({ stage, code }) => errors.add(1, { stage, code }));
subscribe('rmmstream:epoch', ({ validationLoss }) => {
  // A training without validation events has none.
  if (validationLoss !== undefined) loss.record(validationLoss);
});
