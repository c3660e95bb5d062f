import type { CodeSpec } from './code-spec.js';

/** Error codes of the dataflow: engines, manifests, restarts. */
export const flowCodes = {
  worker_lost: {
    domain: 'external',
    exit: 1,
    retry: true,
    summary: 'A worker thread ended before its work was done, most often for want of memory.',
    cure: 'Run the same command again: finished ranges are kept. If it comes back, lower engine.workers or engine.range_events.',
  },
  task_stalled: {
    domain: 'data',
    exit: 1,
    summary: 'A piece of work made no progress for engine.stall_timeout_ms.',
    cure: 'If the file that is named lies on a slow disk, raise engine.stall_timeout_ms; else make the file again or leave it out.',
  },
  run_changed: {
    domain: 'user',
    exit: 2,
    summary: 'The output directory holds a run of another configuration or of other inputs.',
    cure: 'Choose another output directory, or add --fresh to start over, or --extend where only samples or files were added.',
  },
  run_locked: {
    domain: 'user',
    exit: 2,
    retry: true,
    summary: 'Another process is running in this output directory.',
    cure: 'Wait for it to end, or choose another output directory.',
  },
  not_a_run: {
    domain: 'user',
    exit: 2,
    summary: 'The directory holds files that are not of a run of rmmstream, so it is not touched.',
    cure: 'Choose an empty or new output directory.',
  },
  run_missing: {
    domain: 'user',
    exit: 2,
    summary: 'The directory holds no run that could be looked at.',
    cure: 'Give the output directory of `rmmstream run`, or its configuration file.',
  },
  service_address_unusable: {
    domain: 'user',
    exit: 2,
    summary: 'The address on which a service or a run answers /live, /ready and /metrics cannot be used.',
    cure: 'Set service.port (of `run`: --metrics-port) to another port, 0 takes a free one; or service.host (--metrics-host) to an address of this machine.',
  },
  partial_damaged: {
    domain: 'external',
    exit: 1,
    summary: 'A file that an earlier, interrupted run left behind is damaged.',
    cure: 'Start over with --fresh.',
  },
} as const satisfies Record<string, CodeSpec>;
