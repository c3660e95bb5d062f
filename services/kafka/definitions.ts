import type { ServiceDefinition } from './run-service.js';
import type { ServiceName } from './stages.js';

/** Loads a service: only what it needs comes into its process. */
export async function definitionOf(name: ServiceName): Promise<ServiceDefinition> {
  switch (name) {
    case 'ingest':
      return (await import('../ingest/main.js')).ingest;
    case 'selector':
      return (await import('../selector/main.js')).selector;
    case 'featurizer':
      return (await import('../featurizer/main.js')).featurizer;
    case 'scaler':
      return (await import('../scaler/main.js')).scaler;
    case 'trainer':
      return (await import('../trainer/main.js')).trainer;
    case 'scorer':
      return (await import('../scorer/main.js')).scorer;
  }
}
