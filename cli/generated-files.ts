import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { jsonSchema } from '../lib/config/json-schema.js';
import { profileNode } from '../lib/config/profile-schema.js';
import { configurationPage } from '../lib/config/reference.js';
import { configNode } from '../lib/config/schema/index.js';
import { topicDescription, topicSchemas } from '../services/wire/schemas.js';
import { dashboard } from './dashboard/board.js';
import { errorPage } from './error-page.js';
import { metricsPage } from './metrics-page.js';
import { prometheusRule } from './prometheus-rule.js';

/** A file that is checked in and made from code; paths are relative to the package. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Every generated file. `npm run generate` writes them; a test compares them with what is checked in. */
export function generatedFiles(): readonly GeneratedFile[] {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  return [
    {
      path: 'schemas/config.schema.json',
      content: json(jsonSchema(configNode, 'Configuration of rmmstream')),
    },
    {
      path: 'schemas/profile.schema.json',
      content: json(jsonSchema(profileNode, 'Input profile of rmmstream')),
    },
    ...topicSchemas.map((schema) => ({
      path: `schemas/topics/${schema.topic}.json`,
      content: json(topicDescription(schema)),
    })),
    { path: 'docs/configuration.md', content: configurationPage(configNode) },
    { path: 'docs/errors.md', content: errorPage() },
    { path: 'docs/metrics.md', content: metricsPage() },
    { path: 'deploy/grafana/dashboards/rmmstream.json', content: json(dashboard()) },
    {
      path: 'deploy/kubernetes/components/monitoring/prometheus-rule.yaml',
      content: prometheusRule(readFileSync(join(packageRoot, 'deploy/prometheus/rules.yml'), 'utf8')),
    },
  ];
}
