import { existsSync, readFileSync } from 'node:fs';
import { RmmError } from '../../../lib/base/error.js';
import type { MeasuredRecord } from '../../pipeline/separation-record.js';
import type { AlteredTask, StudyTask, TrainingTask } from '../../study/plan.js';
import { type StudyFile, studyLayoutOf } from '../../study/study.js';
import type { StudyRecord } from '../../study/study-record.js';
import type { ReportContext, SectionMaker } from '../context.js';
import { areaByAmount } from '../figures/area-by-amount.js';
import { scoreShapes } from '../figures/score-shapes.js';
import { measuredCell } from '../measured-cell.js';
import type { Block, Cell, TableBlock } from '../section.js';
import { percent } from '../words.js';

/** Each kind of study: what it is called, and what was done. */
const titles: Readonly<Record<StudyTask['study'], readonly [title: string, what: string]>> = {
  pt_scaling: [
    'Scaled pT',
    'The pT of the first electron and of the first muon of every test event of the background is multiplied before the features are made; MET stays. The AUC tells the changed events from the same events unchanged.',
  ],
  cell_scaling: [
    'Scaled pT, reduced form',
    "The thesis' reduced form: only the e_T and imbalance cells of the first leptons change.",
  ],
  shuffling: ['Shuffled features', 'So many pairs of trained columns change places in every event.'],
  dummy: [
    'Dummy data',
    'In such a share of events, taken in pairs, such a share of trained columns changes places between the two.',
  ],
  removed: [
    'Channels left out',
    'A network is trained without the channel, which is then the signal, against the test part of the others.',
  ],
  alone: [
    'Channels trained on alone',
    'A network is trained on one channel alone (rows); every other channel is a signal to it (columns). AUC of the score that the report uses.',
  ],
  contaminated: [
    'Signal in the training data',
    "The signal is added to the background that is trained on, with such a share of its weight; the AUC is that of the signal's test part against the background's. An AUC that falls with the share says how much a signal in the data hides itself.",
  ],
};

/** Sensitivity studies of the first run (`rmmstream study`); nothing where none were made. */
export const studiesSection: SectionMaker = async (context) => {
  const { file } = studyLayoutOf(context.first.layout.root);
  if (!existsSync(file)) return undefined;
  const study = readStudy(file);
  if (study.model !== context.first.record.model) {
    return {
      id: 'studies',
      title: 'Studies',
      blocks: [
        {
          kind: 'verdict',
          level: 'bad',
          text: `The studies beside this run were made with another model (${study.model}): make them again with rmmstream study.`,
        },
      ],
      data: { stale: true, model: study.model },
    };
  }
  const leftOut = new Set(context.samples.flatMap((one) => (one.leftOut === undefined ? [] : [one.name])));
  const shown = study.tasks.filter(({ task }) => task.type === 'altered' || !leftOut.has(task.sample));
  const blocks = (Object.keys(titles) as StudyTask['study'][]).flatMap((kind) => {
    const tasks = shown.filter(({ task }) => task.study === kind);
    return tasks.length === 0 ? [] : blocksOf(kind, tasks, context);
  });
  return { id: 'studies', title: 'Studies', blocks, data: study };
};

function readStudy(path: string): StudyFile {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StudyFile;
  } catch (cause) {
    throw new RmmError('study_unreadable', `${path} is no JSON; make it again with rmmstream study`, {
      context: { path },
      cause,
    });
  }
}

function blocksOf(
  kind: StudyTask['study'],
  records: readonly StudyRecord[],
  { score, scores }: ReportContext,
): Block[] {
  const [title, what] = titles[kind];
  const shown = ['met', 'ht_plus_met', ...scores];
  const text: Block = { kind: 'text', text: `${title}. ${what}` };
  if (kind === 'alone') return [text, aloneTable(records, score)];
  const table: TableBlock = {
    kind: 'table',
    id: `study-${kind}`,
    caption: `${title}: weighted AUC with its bootstrap error`,
    columns: [{ label: firstColumn(kind) }, ...shown.map((label) => ({ label }))],
    rows: records.map((record) => [
      nameOf(record.task),
      ...shown.map((name) => areaCell(record, signalOf(record.task), name)),
    ]),
  };
  const figures = isAmount(kind) ? [amountFigure(kind, title, records, shown)] : [];
  return [text, ...figures, table, ...records.flatMap((record) => shapeFigure(record, score))];
}

function isAmount(kind: StudyTask['study']): boolean {
  return kind === 'pt_scaling' || kind === 'cell_scaling' || kind === 'shuffling' || kind === 'dummy';
}

function firstColumn(kind: StudyTask['study']): string {
  if (kind === 'pt_scaling' || kind === 'cell_scaling') return 'factor';
  if (kind === 'shuffling') return 'pairs of columns';
  return kind === 'dummy' ? 'share' : kind === 'removed' ? 'channel' : 'signal, share';
}

function nameOf(task: StudyTask): Cell {
  if (task.type === 'altered') return task.amount;
  return task.share === undefined ? task.sample : `${task.sample}, ${percent(task.share)}`;
}

function signalOf(task: StudyTask): string {
  return task.type === 'altered' ? 'altered' : task.sample;
}

function signalWords(task: StudyTask): string {
  return task.type === 'altered' ? 'the changed events' : `\`${task.sample}\``;
}

function areaCell(record: StudyRecord, signal: string, score: string): Cell {
  if ('notDefined' in record) return { notDefined: record.notDefined };
  const found = record.evaluation.signals[signal]?.separation[score];
  return found === undefined ? { notDefined: 'an altered event has no objects' } : measuredCell(found.auc);
}

function amountFigure(
  kind: StudyTask['study'],
  title: string,
  records: readonly StudyRecord[],
  scores: readonly string[],
): Block {
  const points = records.flatMap((record) => {
    if ('notDefined' in record) return [];
    const { amount } = record.task as AlteredTask;
    return scores.flatMap((score) => {
      const auc: MeasuredRecord | undefined = record.evaluation.signals.altered?.separation[score]?.auc;
      return auc !== undefined && 'value' in auc
        ? [{ amount, score, area: auc.value, error: auc.error ?? 0 }]
        : [];
    });
  });
  return {
    kind: 'figure',
    id: `study-${kind}`,
    caption: `${title}: AUC of each score; bars are bootstrap errors`,
    alt: `AUC against ${firstColumn(kind)}, one line for each of ${scores.join(', ')}`,
    svg: areaByAmount(`study-${kind}`, points, firstColumn(kind)),
    size: 'half',
  };
}

/** How the score that the report uses is distributed; none where the study cannot make it. */
function shapeFigure(record: StudyRecord, score: string): Block[] {
  if ('notDefined' in record) return [];
  const found = record.histograms[score];
  if (found === undefined || Object.keys(found.shares).length === 0) return [];
  const id = `study-${record.task.id}`;
  const name = String(nameOf(record.task));
  return [
    {
      kind: 'figure',
      id,
      caption: `${titles[record.task.study][0]}, ${name}: ${score} of the background (filled) and of ${signalWords(record.task)} (line), each of unit area`,
      alt: `Distribution of ${score} for the background and for ${signalWords(record.task)}`,
      svg: scoreShapes(id, found, score),
      size: 'third',
    },
  ];
}

/** Rows: trained on; columns: the channel that is the signal. */
function aloneTable(records: readonly StudyRecord[], score: string): TableBlock {
  const channels = records.map(({ task }) => (task as TrainingTask).sample);
  return {
    kind: 'table',
    id: 'study-alone',
    caption: `Channels trained on alone: weighted AUC of ${score}`,
    columns: [{ label: 'trained on' }, ...channels.map((label) => ({ label, digits: 3 }))],
    rows: records.map((record) => {
      const trained = (record.task as TrainingTask).sample;
      const cells = channels.map(
        (channel): Cell => (channel === trained ? '' : areaCell(record, channel, score)),
      );
      return [trained, ...cells];
    }),
  };
}
