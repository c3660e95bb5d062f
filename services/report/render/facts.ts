import { packageVersion } from '../../../lib/base/package-root.js';
import type { SampleKind } from '../../../lib/config/index.js';
import { formatCount } from '../../../lib/telemetry/format.js';
import type { FinishedRun, FinishedRuns } from '../open-runs.js';

/** What the head of a report says. No date, host or folder is in it: the same run gives the same bytes. */
export interface ReportFacts {
  readonly title: string;
  readonly program: string;
  readonly summary: string;
  readonly provenance: string;
  /** For report.json. */
  readonly runs: readonly RunFacts[];
}

export interface RunFacts {
  /** Whether its rows are in the numbers of the report, or it is only compared with them. */
  readonly joined: boolean;
  readonly model: string;
  readonly scaler: string;
  readonly configuration_hash: string;
  readonly program: string;
  readonly backend: string;
  readonly events_read: number;
  readonly events_scored: number;
}

export function reportFacts({ joined, compared }: FinishedRuns): ReportFacts {
  const [first] = joined as readonly [FinishedRun, ...FinishedRun[]];
  const { record, config } = first;
  const read = sum(joined, (run) => run.record.events.read);
  const scored = sum(joined, (run) => run.record.events.scored);
  const kinds = new Map<SampleKind, Set<string>>();
  for (const run of joined) {
    for (const [name, { kind }] of Object.entries(run.record.samples))
      kinds.set(kind as SampleKind, (kinds.get(kind as SampleKind) ?? new Set()).add(name));
  }
  const samples = [...kinds].map(([kind, names]) => `${names.size} ${kind}`).join(', ');
  const runs = joined.length === 1 ? 'Samples' : `${joined.length} runs; samples`;
  return {
    title: `Anomaly search with model ${record.model}`,
    program: `rmmstream ${packageVersion}`,
    summary: `${runs}: ${samples}; ${formatCount(read)} events read, ${formatCount(scored)} selected and scored; simulation at ${config.luminosity_fb} fb⁻¹.`,
    provenance: `Model ${record.model}, scaler ${record.scaler.id}, configuration ${record.configuration_hash.slice(0, 16)}, ${record.backend.name} ${record.backend.version}, seed ${record.seed}.`,
    runs: [...joined.map((run) => runFacts(run, true)), ...compared.map((run) => runFacts(run, false))],
  };
}

function runFacts({ record }: FinishedRun, joined: boolean): RunFacts {
  return {
    joined,
    model: record.model,
    scaler: record.scaler.id,
    configuration_hash: record.configuration_hash,
    program: `${record.program.name} ${record.program.version}`,
    backend: `${record.backend.name} ${record.backend.version}`,
    events_read: record.events.read,
    events_scored: record.events.scored,
  };
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
