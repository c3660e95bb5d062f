import { scoreExpression } from './binned.js';
import type { ReportContext } from './context.js';
import { byProcess, type Process, processesOf } from './processes.js';
import type { FileRows } from './row-places.js';
import { type Answer, numbers, real, texts } from './score-table.js';

/** One of the most anomalous events of a process. */
export interface TopEvent {
  readonly process: Process;
  /** From 1 on, among the events of the process. */
  readonly rank: number;
  readonly sample: string;
  readonly run: number;
  /** Exact: event numbers have 64 bits. */
  readonly event: string;
  readonly file: string;
  readonly entry: number;
  readonly weight: number;
  readonly score: number;
  /** Share of the background's abs(w) with a larger score; undefined without background. */
  readonly backgroundAbove: number | undefined;
  readonly met: number;
  readonly mll: number;
  /** Undefined with two leptons. */
  readonly mlll: number | undefined;
  readonly ht: number;
  readonly leptons: number;
  readonly jets: number;
  readonly flavours: string;
  readonly modelVersion: string;
  /** Where its row stands among the score files. */
  readonly scoreFile: string;
  readonly row: number;
}

/**
 * The events with the largest score: `report.top_events` of data and of background, one of each signal. Events of one
 * score stand by sample, file and entry.
 * @throws report_query_failed
 */
export async function topEvents(context: ReportContext): Promise<TopEvent[]> {
  const { table, settings, signal } = context;
  const score = scoreExpression(context.score);
  const order = { data: 0, background: 1, signal: 2 };
  const processes = processesOf(context).sort((a, b) => order[a.kind] - order[b.kind]);
  const { top_events: most } = settings;
  if (most === 0 || processes.length === 0) return [];
  const process = byProcess(processes, (index) => index);
  const mostOf = byProcess(processes, (index) => (processes[index]!.kind === 'signal' ? 1 : most));
  // First the least score of each that can be among them, so that the second pass sorts few rows.
  const least = await table.query(
    `select ${process} as process, list_min(max(${score}, ${most}))::double as least from rows
     where ${process} is not null and isfinite(${score}) group by all`,
  );
  const leastOf = numbers(least, 'least');
  const found = Array.from(
    numbers(least, 'process'),
    (index, at) => `process = ${index} and score >= ${real(leastOf[at]!)}`,
  );
  if (found.length === 0) return [];
  signal.throwIfAborted();
  const answer = await table.query(
    `select process::double as process, (row_number() over best)::double as rank, sample, run_number, event_number::varchar as event, file,
     entry::double as entry, w, score, met, mll, mlll, ht, n_leptons, n_jets, flcomp, model_version, filename,
     file_row_number::double as row
     from (select *, ${process} as process, ${score}::double as score, ${mostOf} as most from rows where isfinite(${score}))
     where ${found.map((condition) => `(${condition})`).join(' or ')}
     window best as (partition by process order by score desc, sample, file, entry)
     qualify row_number() over best <= most order by process, rank`,
  );
  const events = eventsOf(answer, processes);
  const above = await sharesAbove(context, events);
  return events.map((event, index) => ({ ...event, backgroundAbove: above?.[index] }));
}

function eventsOf(answer: Answer, processes: readonly Process[]): TopEvent[] {
  const column = (name: string) => numbers(answer, name);
  const text = (name: string) => texts(answer, name);
  const [sample, event, file, flavours] = [text('sample'), text('event'), text('file'), text('flcomp')];
  const [modelVersion, scoreFile] = [text('model_version'), text('filename')];
  const [run, entry, weight, score] = [column('run_number'), column('entry'), column('w'), column('score')];
  const [met, mll, mlll, ht] = [column('met'), column('mll'), column('mlll'), column('ht')];
  const [leptons, jets, row] = [column('n_leptons'), column('n_jets'), column('row')];
  const [process, rank] = [column('process'), column('rank')];
  return sample.map((name, at) => ({
    process: processes[process[at]!]!,
    rank: rank[at]!,
    sample: name,
    run: run[at]!,
    event: event[at]!,
    file: file[at]!,
    entry: entry[at]!,
    weight: weight[at]!,
    score: score[at]!,
    backgroundAbove: undefined,
    met: met[at]!,
    mll: mll[at]!,
    mlll: Number.isNaN(mlll[at]!) ? undefined : mlll[at]!,
    ht: ht[at]!,
    leptons: leptons[at]!,
    jets: jets[at]!,
    flavours: flavours[at]!,
    modelVersion: modelVersion[at]!,
    scoreFile: scoreFile[at]!,
    row: row[at]!,
  }));
}

/** By event, in one pass over the background; undefined where that has no weight. */
async function sharesAbove(
  { table, score }: ReportContext,
  events: readonly TopEvent[],
): Promise<number[] | undefined> {
  if (events.length === 0) return undefined;
  const value = `${scoreExpression(score)}::double`;
  const answer = await table.query(
    `select coalesce(sum(abs(w)), 0)::double as total, ${events
      .map(
        (event, at) =>
          `coalesce(sum(abs(w)) filter (where ${value} > ${real(event.score)}), 0)::double as a${at}`,
      )
      .join(', ')} from rows where kind = 'background'`,
  );
  const total = numbers(answer, 'total')[0]!;
  if (!(total > 0)) return undefined;
  // The last digits depend on how threads shared the rows out.
  return events.map((_, at) => Number((numbers(answer, `a${at}`)[0]! / total).toPrecision(9)));
}

/** Events as rows to look up, numbered by their place in `events`. */
export function fileRowsOf(events: readonly TopEvent[]): FileRows[] {
  return events.map(({ scoreFile, sample, file, row, entry }, first) => ({
    scoreFile,
    sample,
    file,
    first,
    row: Float64Array.of(row),
    entry: Float64Array.of(entry),
  }));
}
