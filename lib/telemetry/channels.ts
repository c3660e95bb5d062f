import { channel } from 'node:diagnostics_channel';
import type { ErrorCode } from '../base/codes/index.js';
import type { ServicePhase, Stage } from './metric-list.js';
import type { BatchReport, EpochReport } from './reports.js';
import type { Version } from './stage-metrics.js';

/** What is published on Node's diagnostics channels, by the name of the channel; docs/metrics.md shows its use. */
export interface ChannelMessages {
  /** What a stage did: in one process with a range, over Kafka in a transaction, or with a message or a file. */
  readonly 'rmmstream:batch': BatchReport & { readonly stage: Stage };
  /** What a run in one process does now. */
  readonly 'rmmstream:phase': {
    readonly phase: string;
    readonly state: 'started' | 'running' | 'finished' | 'stopped' | 'failed';
    /** Events so far, and in all; 0 while unknown. */
    readonly done: number;
    readonly total: number;
  };
  /** The state of a service over Kafka. */
  readonly 'rmmstream:service': { readonly service: Stage; readonly state: ServicePhase };
  /** An error that was met, one that is tried again included. */
  readonly 'rmmstream:error': { readonly stage: Stage; readonly code: ErrorCode };
  readonly 'rmmstream:checkpoint': { readonly stage: Stage; readonly atMs: number };
  readonly 'rmmstream:epoch': EpochReport;
  /** A model that is there from now on. */
  readonly 'rmmstream:model': Version;
  readonly 'rmmstream:scaler': Version;
}

export type ChannelName = keyof ChannelMessages;

/** Each channel with what its messages tell. */
export const channelWords: Readonly<Record<ChannelName, string>> = {
  'rmmstream:batch':
    '`stage`, `eventsIn`, `bytesIn`, `eventsOut`, `bytesOut`, `seconds`, and where there are any `rejected` and `deadLetters`, counts by reason: in one process of a range, over Kafka of a transaction; of a stage that ends in files, of a message that it reads and of a file that it writes; of the trainer, of a step',
  'rmmstream:phase':
    '`phase`, `state` (started, running, finished, stopped, failed), `done`, `total` in events: what a run in one process does',
  'rmmstream:service': '`service`, `state`: over Kafka',
  'rmmstream:error': '`stage`, `code` of an error, one that is tried again included',
  'rmmstream:checkpoint': '`stage`, `atMs`',
  'rmmstream:epoch':
    '`network`, `networks` of an ensemble, `pass`, `passes`, `megaset`, `megasets`, `epoch`, `loss`, `validationLoss`',
  'rmmstream:model': '`version`, `madeMs` of a new model',
  'rmmstream:scaler': '`version`, `madeMs` of a frozen scaler',
};

const channels = Object.fromEntries(
  (Object.keys(channelWords) as ChannelName[]).map((name) => [name, channel(name)]),
) as Record<ChannelName, ReturnType<typeof channel>>;

/** Publishes a message where somebody listens; without a listener it is not even made. */
export function announce<Name extends ChannelName>(name: Name, make: () => ChannelMessages[Name]): void {
  const { [name]: to } = channels;
  if (to.hasSubscribers) to.publish(make());
}
