/** What one process leaves in one channel. */
export interface ProcessYield {
  readonly name: string;
  readonly value: number;
  /** sqrt(sum w^2). */
  readonly error: number;
}

/** One bin of the measurement; no event is in two of them. */
export interface Channel {
  readonly name: string;
  readonly background: readonly ProcessYield[];
  readonly signal: ProcessYield;
  /** Events seen; undefined where there are no data, and the background's expectation takes their place. */
  readonly observed: number | undefined;
}

type Modifier =
  | { readonly name: string; readonly type: 'normfactor'; readonly data: null }
  | { readonly name: string; readonly type: 'staterror'; readonly data: readonly number[] }
  | {
      readonly name: string;
      readonly type: 'normsys';
      readonly data: { readonly hi: number; readonly lo: number };
    };

/** A workspace of HistFactory in pyhf's JSON form, version 1.0.0 (scikit-hep.org/pyhf/schemas/1.0.0/workspace.json). */
export interface Workspace {
  readonly channels: readonly {
    readonly name: string;
    readonly samples: readonly {
      readonly name: string;
      readonly data: readonly number[];
      readonly modifiers: readonly Modifier[];
    }[];
  }[];
  readonly observations: readonly { readonly name: string; readonly data: readonly number[] }[];
  readonly measurements: readonly {
    readonly name: string;
    readonly config: {
      readonly poi: string;
      readonly parameters: readonly {
        readonly name: string;
        readonly inits: readonly number[];
        readonly bounds: readonly (readonly [number, number])[];
      }[];
    };
  }[];
  readonly version: '1.0.0';
}

/** What stands for a process whose weights add up to nothing, or less: fits need something above 0. */
const leastYield = 1e-6;

/**
 * The counting experiment of one signal: its strength mu is the parameter of interest, 1 at its own cross section;
 * every background process has its statistical error (staterror, which pyhf takes together by channel) and all of
 * them one uncertainty in common (normsys, correlated over processes and channels).
 *
 * A process of a yield at or below 0 stands with a tiny one and keeps its error. The signal has no statistical error.
 * @param channels each with a background above 0
 * @param relative uncertainty of the background; 0 for none
 */
export function pyhfWorkspace(signal: string, channels: readonly Channel[], relative: number): Workspace {
  return {
    channels: channels.map((channel) => ({
      name: channel.name,
      samples: [
        {
          name: channel.signal.name,
          data: [Math.max(leastYield, channel.signal.value)],
          modifiers: [{ name: 'mu', type: 'normfactor', data: null }],
        },
        ...channel.background.map(({ name, value, error }) => ({
          name,
          data: [Math.max(leastYield, value)],
          modifiers: [
            { name: `staterror_${channel.name}`, type: 'staterror' as const, data: [error] },
            ...(relative > 0 ? [normalisation(relative)] : []),
          ],
        })),
      ],
    })),
    observations: channels.map(({ name, background, observed }) => ({
      name,
      data: [observed ?? background.reduce((sum, { value }) => sum + Math.max(leastYield, value), 0)],
    })),
    measurements: [
      {
        name: signal,
        config: {
          poi: 'mu',
          parameters: [{ name: 'mu', inits: [1], bounds: [[0, strengthBound(channels)]] }],
        },
      },
    ],
    version: '1.0.0',
  };
}

/**
 * Where searches for a limit on mu end: 2,000 signal events in all channels together, rounded up to a power of ten,
 * at least 10. Without a bound of its own pyhf takes 10, and fails where a limit lies above it.
 */
function strengthBound(channels: readonly Channel[]): number {
  const events = channels.reduce((sum, { signal }) => sum + Math.max(leastYield, signal.value), 0);
  return Math.max(10, 10 ** Math.ceil(Math.log10(2000 / events)));
}

/** From 1 - u to 1 + u; an uncertainty of all or more goes down by the factor by which it goes up. */
function normalisation(relative: number): Modifier {
  return {
    name: 'background_uncertainty',
    type: 'normsys',
    data: { hi: 1 + relative, lo: relative < 1 ? 1 - relative : 1 / (1 + relative) },
  };
}
