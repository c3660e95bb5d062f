import { metricList } from '../../../lib/telemetry/metric-list.js';
import { inRun, series } from '../metric-query.js';
import { flat, type Row } from '../panel.js';

/** What a person on shift looks at first. */
export const glance: Row = {
  title: 'At a glance',
  panels: [
    {
      title: 'Events scored',
      description: 'Events that the scorer gives on in a second.',
      kind: 'value',
      unit: 'eps',
      width: 4,
      queries: [
        flat(`sum(rate(${metricList.outputEvents.name}{${inRun}, stage="scorer"}[$__rate_interval]))`),
      ],
    },
    {
      title: 'Copies not ready',
      description: '/ready of a copy says why it is not.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat(`count(${series('serviceReady')}) - sum(${series('serviceReady')})`)],
      badFrom: 1,
    },
    {
      title: 'Copies that do not answer',
      description: 'Targets of Prometheus that it cannot read.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat(`count(up{job="rmmstream", ${inRun}} == 0) or vector(0)`)],
      badFrom: 1,
    },
    {
      title: 'Stalled partitions',
      description: 'Partitions with lag and without progress for engine.stall_timeout_ms or longer.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat(`sum(${series('stalledPartitions')})`)],
      badFrom: 1,
    },
    {
      title: 'Dead letters',
      description: 'Written by the copies that run now. `rmmstream dlq list` shows them.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat(`sum(${series('deadLetters')}) or vector(0)`)],
      badFrom: 1,
    },
    {
      title: 'Alerts',
      description: 'Alerts that fire now; docs/runbook.md has a paragraph for each.',
      kind: 'value',
      unit: 'none',
      width: 4,
      queries: [flat(`count(ALERTS{alertname=~"Rmmstream.*", alertstate="firing", ${inRun}}) or vector(0)`)],
      badFrom: 1,
    },
  ],
};
