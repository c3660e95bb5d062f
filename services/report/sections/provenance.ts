import { stringify } from 'yaml';
import { packageVersion } from '../../../lib/base/package-root.js';
import { formatBytes } from '../../../lib/telemetry/format.js';
import type { ReportContext, SectionMaker } from '../context.js';
import type { FinishedRun } from '../open-runs.js';
import type { Cell, TableBlock } from '../section.js';

/** What the report was made from: enough to make it again, and to see whether two reports may be compared. */
export const provenanceSection: SectionMaker = async (context) => {
  const { joined, compared } = context.runs;
  const { first, settings } = context;
  return {
    id: 'provenance',
    title: 'Provenance',
    blocks: [
      {
        kind: 'text',
        text: 'No date, host or user is recorded: the same inputs, configuration, program and backend give the same bytes.',
      },
      runTable([...joined, ...compared], joined.length),
      inputTable(joined),
      {
        kind: 'listing',
        title: 'Configuration of the first run',
        text: stringify(first.record.configuration, { lineWidth: 0 }),
      },
      { kind: 'listing', title: 'Settings of the report', text: stringify({ report: settings }) },
    ],
    data: dataOf(context),
  };
};

function dataOf({ runs }: ReportContext) {
  const parts = ({ record }: FinishedRun) => {
    const { program, configuration_hash, configuration, profile, inputs, seed, backend, scaler, model } =
      record;
    return { program, configuration_hash, configuration, profile, inputs, seed, backend, scaler, model };
  };
  return {
    report_program: `rmmstream ${packageVersion}`,
    joined: runs.joined.map(parts),
    compared: runs.compared.map(parts),
  };
}

/** Facts as rows and runs as columns: most reports have one run. */
function runTable(runs: readonly FinishedRun[], joined: number): TableBlock {
  const facts: readonly (readonly [string, (run: FinishedRun, index: number) => Cell])[] = [
    ['taken', (_, index) => (index < joined ? 'in every number' : 'compared only')],
    ['program of the run', ({ record }) => `${record.program.name} ${record.program.version}`],
    ['program of the report', () => `rmmstream ${packageVersion}`],
    ['model', ({ record }) => record.model],
    ['scaler', ({ record }) => record.scaler.id],
    ['columns', ({ record }) => record.scaler.columns],
    ['trained columns', ({ record }) => record.scaler.trained_columns],
    ['backend', ({ record }) => `${record.backend.name} ${record.backend.version}`],
    ['configuration hash', ({ record }) => record.configuration_hash],
    ['input profile', ({ record }) => record.profile],
    ['luminosity [fb⁻¹]', ({ config }) => String(config.luminosity_fb)],
    // Numbers by which something is drawn: told as they are, without groups of digits.
    ['seed', ({ record }) => String(record.seed)],
    ['split salt', ({ config }) => String(config.training.split_salt)],
    ['events read', ({ record }) => record.events.read],
    ['events scored', ({ record }) => record.events.scored],
  ];
  return {
    kind: 'table',
    id: 'provenance-runs',
    caption: runs.length === 1 ? 'The run.' : 'The runs, in the order in which they were given.',
    columns: [{ label: '' }, ...runs.map((_, index) => ({ label: `run ${index + 1}` }))],
    rows: facts.map(([label, of]) => [label, ...runs.map(of)]),
  };
}

function inputTable(runs: readonly FinishedRun[]): TableBlock {
  return {
    kind: 'table',
    id: 'provenance-inputs',
    caption: 'Input files. Of the fingerprint the first 16 digits; run.json has all.',
    columns: [
      { label: 'sample' },
      { label: 'kind' },
      { label: 'file' },
      { label: 'size' },
      { label: 'entries' },
      { label: 'fingerprint' },
    ],
    rows: runs.flatMap(({ record }) =>
      record.inputs.map(({ sample, kind, file, bytes, entries, fingerprint }) => [
        sample,
        kind,
        file,
        formatBytes(bytes),
        entries,
        fingerprint.slice(0, 16),
      ]),
    ),
    shown: 10,
  };
}
