import { integer, list, real, requiredText, section } from './keys.js';

/** Nothing here changes a run: it is what a person sees of it. */
export const liveSchema = section(
  'The live page (`rmmstream run --serve`, `rmmstream dashboard`).',
  {
    names: list(
      'Names by which browsers may ask for the page, beside addresses and localhost: those of this machine, or of what stands before it.',
      requiredText('A name without a port.', {
        pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$',
        form: 'letters, digits, dots and -',
        results: false,
      }),
      [],
      { maxItems: 64, unique: true, results: false },
    ),
    services: list(
      'Addresses at which the dashboard asks the services for /metrics; a name that leads to several addresses stands for a service at each.',
      requiredText('An address.', {
        pattern: '^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9][A-Za-z0-9._-]{0,252}):[0-9]{1,5}$',
        form: 'HOST:PORT, for example featurizer:9464',
        results: false,
      }),
      [],
      { maxItems: 256, unique: true, results: false },
    ),
    tail_percent: real('Share of the background whose scores are the tail that is looked at.', 1, {
      unit: '%',
      minimum: 0.001,
      maximum: 50,
      results: false,
    }),
    top_events: integer('Number of most anomalous events that are listed.', 12, {
      minimum: 1,
      maximum: 200,
      results: false,
    }),
  },
  { results: false },
);
