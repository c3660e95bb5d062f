import { renderTable } from '../lib/telemetry/table.js';
import type { Opening } from '../services/blind/opening.js';
import type { MeasuredRecord } from '../services/pipeline/separation-record.js';
import type { StudyTask } from '../services/study/plan.js';
import type { StudyFile } from '../services/study/study.js';

const energyScores = ['met', 'ht_plus_met'];

/** The AUC of every task and score, as `rmmstream study` prints them. */
export function studyText({ tasks }: StudyFile): string {
  const scores = scoresOf(tasks);
  if (tasks.length === 0)
    return 'no study is asked for: section study of the configuration switches them all off';
  const header = [
    { title: 'study' },
    { title: 'signal' },
    ...scores.map((title) => ({ title, align: 'right' as const })),
  ];
  const rows = tasks.flatMap((record) => {
    const name = shownTask(record.task);
    if ('notDefined' in record) return [[name, record.notDefined, ...scores.map(() => '')]];
    return Object.entries(record.evaluation.signals).map(([signal, { separation }]) => [
      name,
      signal,
      ...scores.map((score) => shown(separation[score]?.auc)),
    ]);
  });
  return `weighted AUC\n${renderTable(header, rows)}`;
}

/** Scores of any task, those without a network first. */
function scoresOf(tasks: StudyFile['tasks']): string[] {
  const found = new Set<string>(energyScores);
  for (const record of tasks) {
    if ('notDefined' in record) continue;
    for (const { separation } of Object.values(record.evaluation.signals))
      for (const score of Object.keys(separation)) found.add(score);
  }
  return [...found];
}

function shownTask(task: StudyTask): string {
  if (task.type === 'altered') return `${task.study} ${task.amount}`;
  return `${task.study} ${task.sample}${task.share === undefined ? '' : ` ${task.share}`}`;
}

function shown(measured: MeasuredRecord | undefined): string {
  if (measured === undefined) return '-';
  if ('not_defined' in measured) return 'not defined';
  const error = measured.error === undefined ? '' : `±${measured.error.toFixed(4)}`;
  return `${measured.value.toFixed(4)}${error}`;
}

/** What the opening of a seal found, as `rmmstream blind open` prints it. */
export function openingText({ evaluation, regions = {} }: Opening): string {
  const signals = Object.entries(evaluation?.signals ?? {});
  const scores = Object.keys(signals[0]?.[1].separation ?? {});
  const right = (title: string) => ({ title, align: 'right' as const });
  const areas = renderTable(
    [{ title: 'weighted AUC' }, ...scores.map(right)],
    signals.map(([name, { separation }]) => [name, ...scores.map((score) => shown(separation[score]?.auc))]),
  );
  const names = Object.keys(Object.values(regions)[0] ?? {});
  const yields = renderTable(
    [{ title: 'events in region (weight)' }, ...names.map(right)],
    Object.entries(regions).map(([sample, sums]) => [
      sample,
      ...names.map((name) => `${sums[name]!.events} (${sums[name]!.weight.toPrecision(4)})`),
    ]),
  );
  return `${areas}\n\n${yields}`;
}
