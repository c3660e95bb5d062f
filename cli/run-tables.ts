import { join, relative } from 'node:path';
import { formatCount } from '../lib/telemetry/format.js';
import { renderTable } from '../lib/telemetry/table.js';
import type { RunOutcome } from '../services/pipeline/run.js';
import type { MeasuredRecord, SeparationRecord } from '../services/pipeline/separation-record.js';

/** What `rmmstream run` prints at its end: how signals stand out, how fast it was, where the files are. */
export function runTables(outcome: RunOutcome): string {
  const { report, directory, state } = outcome;
  const shown = relative(process.cwd(), directory) || directory;
  if (state === 'finished-before') {
    return `${shown} holds this very run, finished: nothing to do (--fresh starts over)\n\n${signalTables(outcome)}\n\n${places(shown)}`;
  }
  const { events } = report;
  const counts = `${formatCount(events.read)} events read, ${formatCount(events.selected)} selected, ${formatCount(events.scored)} scored; model ${report.model} (${report.backend.name} ${report.backend.version}, ${report.scaler.trained_columns} of ${report.scaler.columns} columns trained)`;
  return [counts, warnings(outcome), signalTables(outcome), stageTable(report.timing), places(shown)]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What a person should know before believing the tables: corrupt samples, dead letters, doubled events. */
function warnings({ report }: RunOutcome): string {
  const lines: string[] = [];
  for (const [name, sample] of Object.entries(report.samples)) {
    const dead = Object.entries(sample.dead_letters);
    if (dead.length === 0) continue;
    const reasons = dead.map(([reason, count]) => `${formatCount(count)} ${reason}`).join(', ');
    const verdict = sample.corrupt ? 'CORRUPT, do not trust it' : 'dead letters';
    lines.push(`sample ${name}: ${verdict}: ${reasons} of ${formatCount(sample.entries)} events`);
  }
  const { duplicate_split_keys: doubled } = report.events;
  if (doubled > 0)
    lines.push(`${formatCount(doubled)} selected events have the run, event and channel of another one`);
  return lines.join('\n');
}

function signalTables({ report }: RunOutcome): string {
  const signals = Object.entries(report.evaluation?.signals ?? {});
  if (signals.length === 0) return 'AUC: not defined: no signal sample';
  return `${aucTable(signals)}\n\n${withinBinsTable(signals)}`;
}

type Signals = readonly (readonly [
  string,
  { readonly separation: Readonly<Record<string, SeparationRecord>> },
])[];

function aucTable(signals: Signals): string {
  const scores = Object.keys(signals[0]![1].separation);
  const efficient = scores.includes('error') ? 'error' : (scores.find(isScore) ?? scores[0]!);
  const header = [
    { title: 'weighted AUC' },
    ...scores.map((title) => ({ title, align: 'right' as const })),
    { title: `e(1 %) ${efficient}`, align: 'right' as const },
  ];
  const rows = signals.map(([name, { separation }]) => [
    name,
    ...scores.map((score) => shown(separation[score]!.auc)),
    withError(separation[efficient]!.signal_efficiency['0.01']),
  ]);
  return renderTable(header, rows);
}

/** Whether it is a score of the configuration, and not the energy beside them. */
function isScore(name: string): boolean {
  return name !== 'met' && name !== 'ht_plus_met';
}

/** What each score adds to the energy: the AUC of H_T + MET within bins of itself, then the others and their gain. */
function withinBinsTable(signals: Signals): string {
  const scores = Object.keys(signals[0]![1].separation).filter((score) => score !== 'ht_plus_met');
  const header = ['ht_plus_met', ...scores].map((title) => ({ title, align: 'right' as const }));
  const rows = signals.map(([name, { separation }]) => [
    name,
    shown(separation.ht_plus_met?.auc_within_bins),
    ...scores.map((score) => {
      const { auc_within_bins: within } = separation[score]!;
      return `${shown(within)}${difference(within.difference_to_ht_plus_met)}`;
    }),
  ]);
  const title =
    'AUC within bins of H_T + MET, and its difference to that of ht_plus_met, which is no network';
  return `${title}\n${renderTable([{ title: 'signal' }, ...header], rows)}`;
}

function shown(measured: MeasuredRecord | undefined): string | undefined {
  if (measured === undefined) return undefined;
  return 'value' in measured ? measured.value.toFixed(4) : 'not defined';
}

/** With its error, where there is one. */
function withError(measured: MeasuredRecord | undefined): string | undefined {
  if (measured === undefined || !('error' in measured)) return shown(measured);
  return `${shown(measured)}±${measured.error.toFixed(4)}`;
}

/** With its sign and its error. */
function difference(measured: MeasuredRecord | undefined): string {
  if (measured === undefined || !('value' in measured)) return '';
  return ` ${measured.value < 0 ? '' : '+'}${withError(measured)}`;
}

function stageTable(timing: unknown): string {
  const { stages } = timing as {
    stages: Record<string, { seconds: number; events: number; events_per_second: number }>;
  };
  return renderTable(
    [
      { title: 'stage' },
      { title: 'events', align: 'right' },
      { title: 'seconds', align: 'right' },
      { title: 'events/s', align: 'right' },
    ],
    Object.entries(stages).map(([name, stage]) => [
      name,
      formatCount(stage.events),
      stage.seconds.toFixed(1),
      formatCount(Math.round(stage.events_per_second)),
    ]),
  );
}

function places(directory: string): string {
  return [
    `scores       ${join(directory, 'scores')}/*.parquet`,
    `run record   ${join(directory, 'run.json')}`,
    `cut flow     ${join(directory, 'cutflow.json')}`,
    `model        ${join(directory, 'model')}`,
  ].join('\n');
}
