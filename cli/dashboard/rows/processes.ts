import { gauge, series } from '../metric-query.js';
import { flat, named, type Row } from '../panel.js';

/** The processes that do the work. */
export const processes: Row = {
  title: 'Processes',
  panels: [
    {
      title: 'State',
      description: 'starting, running, draining, stopped or failed.',
      kind: 'states',
      unit: 'none',
      width: 12,
      queries: [
        flat(
          `max by (service, instance, state) (${series('serviceState')} > 0)`,
          '{{service}} {{instance}} {{state}}',
        ),
      ],
    },
    {
      title: 'Ready',
      description: '1 while /ready of a copy answers 200.',
      kind: 'states',
      unit: 'none',
      width: 12,
      queries: [gauge('min', 'serviceReady', 'service', 'instance')],
    },
    {
      title: 'Memory',
      description: 'Memory of each process in all, and the limit of its container, at which it is ended.',
      kind: 'lines',
      unit: 'bytes',
      width: 8,
      queries: [
        flat(
          `max by (service, instance) (${series('memory', 'area="resident"')})`,
          '{{service}} {{instance}}',
        ),
        named('limit', gauge('min', 'memoryLimit', 'service')),
      ],
    },
    {
      title: 'Memory by area',
      description: 'The largest copy of each service: the heap of JavaScript, and buffers outside it.',
      kind: 'lines',
      unit: 'bytes',
      width: 8,
      queries: [gauge('max', 'memory', 'service', 'area')],
    },
    {
      title: 'Delay of the event loop',
      description: 'How late a process is; heartbeats suffer from seconds.',
      kind: 'lines',
      unit: 's',
      width: 8,
      queries: [gauge('max', 'eventLoopDelay', 'service', 'statistic')],
      logarithmic: true,
    },
    {
      title: 'Time since the start',
      description: 'A line that falls to 0 again and again is a process that ends and is started again.',
      kind: 'lines',
      unit: 's',
      width: 8,
      queries: [
        flat(`time() - max by (service, instance) (${series('startTime')})`, '{{service}} {{instance}}'),
      ],
    },
    {
      title: 'Versions',
      description: 'Versions of rmmstream that run: more than one only while they are exchanged.',
      kind: 'labels',
      unit: 'none',
      width: 8,
      queries: [gauge('sum', 'build', 'service', 'version')],
    },
    {
      title: 'Room on the disk',
      description: 'Of the output directory, as each service that writes there sees it.',
      kind: 'lines',
      unit: 'bytes',
      width: 8,
      queries: [
        named('free', gauge('min', 'diskFree', 'service')),
        named('in all', gauge('max', 'diskSize', 'service')),
      ],
    },
  ],
};
