import { stringify } from 'yaml';
import type { SectionMaker } from '../context.js';
import type { Block } from '../section.js';

/** Where every number comes from: program, configuration, seeds, backend, model, and each input file. */
export const provenanceSection: SectionMaker = async ({ runs, settings }) => {
  const all = [...runs.joined, ...runs.compared];
  const blocks: Block[] = [
    {
      kind: 'table',
      id: 'runs',
      caption: 'Runs of this report; those that are only compared have another model',
      columns: ['run', 'program', 'model', 'scaler', 'configuration', 'profile', 'backend', 'seed'].map(
        (label) => ({
          label,
        }),
      ),
      rows: all.map(({ shown, record }, index) => [
        index < runs.joined.length ? shown : `${shown} (compared)`,
        `${record.program.name} ${record.program.version}`,
        record.model,
        record.scaler.id,
        record.configuration_hash.slice(0, 16),
        record.profile,
        `${record.backend.name} ${record.backend.version}`,
        String(record.seed),
      ]),
    },
    {
      kind: 'table',
      id: 'inputs',
      caption: 'Input files of the joined runs',
      columns: [
        { label: 'sample' },
        { label: 'kind' },
        { label: 'file' },
        { label: 'size', unit: 'bytes', digits: 15 },
        { label: 'entries', digits: 15 },
        { label: 'fingerprint' },
      ],
      rows: runs.joined.flatMap(({ record }) =>
        record.inputs.map(({ sample, kind, file, bytes, entries, fingerprint }) => [
          sample,
          kind,
          file,
          bytes,
          entries,
          fingerprint.slice(0, 16),
        ]),
      ),
      shown: 8,
    },
    ...runs.joined.map(
      ({ shown, record }): Block => ({
        kind: 'listing',
        title: `Configuration of ${shown}`,
        text: stringify(record.configuration),
      }),
    ),
    { kind: 'listing', title: 'Settings of this report', text: stringify(settings) },
  ];
  return {
    id: 'provenance',
    title: 'Provenance',
    blocks,
    data: {
      runs: all.map(({ record }) => ({
        program: record.program,
        model: record.model,
        scaler: record.scaler.id,
        configuration_hash: record.configuration_hash,
        profile: record.profile,
        backend: record.backend,
        seed: record.seed,
        inputs: record.inputs,
      })),
    },
  };
};
