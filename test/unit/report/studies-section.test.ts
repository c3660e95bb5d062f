import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import test from 'node:test';
import type { ReportContext } from '../../../services/report/context.js';
import type { Section, TableBlock } from '../../../services/report/section.js';
import { studiesSection } from '../../../services/report/sections/studies.js';
import { studyLayoutOf } from '../../../services/study/study.js';
import type { StudyRecord } from '../../../services/study/study-record.js';
import { inFolder } from '../../support/cli.js';

const measured = (value: number) => ({
  auc: { value, error: 0.01 },
  auc_within_bins: { value },
  signal_efficiency: {},
});

function injected(sample: string, share: number): StudyRecord {
  const separation = { met: measured(0.6), ht_plus_met: measured(0.7), error: measured(0.8) };
  return {
    task: { type: 'training', id: `contaminated-${sample}-${share}`, study: 'contaminated', sample, share },
    evaluation: { background: { events: 10 }, signals: { [sample]: { events: 5, separation } } },
    histograms: {},
  };
}

async function sectionOf(model: string, tasks: readonly StudyRecord[]): Promise<Section | undefined> {
  return inFolder(async (root) => {
    const { file } = studyLayoutOf(root);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ model, tasks }));
    return studiesSection({
      first: { layout: { root }, record: { model: 'now' } },
      samples: [{ name: 'sound' }, { name: 'corrupt', leftOut: 'its weights are absurd' }],
      score: 'error',
      scores: ['error'],
    } as unknown as ReportContext);
  });
}

test('what was studied with a sample that is left out of the report is left out too', async () => {
  const section = (await sectionOf('now', [injected('sound', 0.01), injected('corrupt', 0.01)]))!;
  const table = section.blocks.find((block): block is TableBlock => block.kind === 'table')!;
  assert.deepEqual(
    table.rows.map(([name]) => name),
    ['sound, 1 %'],
  );
  assert.ok(!JSON.stringify(section.blocks).includes('corrupt'));
  // Texts know code and nothing else.
  assert.ok(!JSON.stringify(section.blocks).includes('**'));
});

test('studies that were made with another model are not shown, and the page says so', async () => {
  const section = (await sectionOf('before', [injected('sound', 0.01)]))!;
  assert.deepEqual(
    section.blocks.map(({ kind }) => kind),
    ['verdict'],
  );
});
