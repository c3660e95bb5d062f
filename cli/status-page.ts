import { formatCount, formatDuration, formatRate, formatShare } from '../lib/telemetry/format.js';
import { shownText } from '../lib/telemetry/shown-text.js';
import { renderTable } from '../lib/telemetry/table.js';
import type { DirectoryFacts, Share } from '../services/status/directory-facts.js';
import type { DirectoryVerdict } from '../services/status/directory-verdict.js';
import type { KafkaStatus } from '../services/status/kafka-status.js';
import type { PartVerdict } from '../services/status/kafka-verdict.js';

const right = { align: 'right' } as const;

/** Said once where two looks do not tell. */
export function doubtText(seconds: number): string {
  return `nothing has moved but what is on its way into files, a window at a time: looking on, for up to ${formatDuration(seconds)}`;
}

/** What `rmmstream status` prints of a run over Kafka. @param nowMs wall clock, for ages */
export function kafkaStatusText(status: KafkaStatus, nowMs: number): string {
  const { state, because, prefix, mode, files, scaler, model, parts, topics } = status;
  const planned = files.isComplete
    ? ''
    : mode === 'bounded'
      ? ', the plan is not complete'
      : ', more may come';
  const age = (atMs: number) => `${formatDuration((nowMs - atMs) / 1000)} ago`;
  const facts = [
    ['run', `over Kafka, prefix ${prefix}, ${mode}`],
    ['files', `${formatCount(files.known)} with ${formatCount(files.entries)} entries${planned}`],
    ['scaler', scaler === undefined ? 'not frozen yet' : `${scaler.id}, frozen ${age(scaler.frozenMs)}`],
    [
      'model',
      model === undefined
        ? 'none yet'
        : `${model.id}, number ${formatCount(model.number)}, published ${age(model.publishedMs)}`,
    ],
  ] as const;
  return [
    headLine(state, because),
    factLines(facts),
    renderTable(
      [
        { title: 'part' },
        { title: 'reads' },
        { title: 'copies', ...right },
        { title: 'partitions', ...right },
        { title: 'position', ...right },
        { title: 'waiting', ...right },
        { title: 'rate', ...right },
        { title: 'state' },
      ],
      parts.map(partCells),
    ),
    renderTable(
      [{ title: 'topic' }, { title: 'partitions', ...right }, { title: 'offsets', ...right }],
      topics.map(({ topic, partitions, offsets }) => [topic, String(partitions), formatCount(offsets)]),
    ),
  ].join('\n\n');
}

function partCells(part: PartVerdict): (string | undefined)[] {
  const { role, kind, topic, members, isHidden, partitions, waiting, perSecond, state, note } = part;
  const isStage = kind === 'stage';
  const position = partitions.reduce((sum, { position: at }) => sum + (at ?? 0), 0);
  return [
    role,
    topic,
    formatCount(members),
    isStage ? formatCount(partitions.length) : undefined,
    isStage && !isHidden ? formatCount(position) : undefined,
    isStage && waiting !== undefined ? formatCount(waiting) : undefined,
    isStage && perSecond !== undefined ? formatRate(perSecond) : undefined,
    note === '' ? state : `${state} ${note}`,
  ];
}

/** The same for programs. */
export function kafkaStatusObject(status: KafkaStatus): object {
  const { state, because, engine, prefix, mode, files, scaler, model, parts, topics, overSeconds } = status;
  return {
    state,
    because,
    engine,
    prefix,
    mode,
    files: { known: files.known, entries: files.entries, complete: files.isComplete },
    scaler: scaler === undefined ? null : { id: scaler.id, frozen_ms: scaler.frozenMs },
    model:
      model === undefined
        ? null
        : {
            id: model.id,
            generation: model.generation,
            number: model.number,
            published_ms: model.publishedMs,
          },
    over_seconds: overSeconds,
    parts: parts.map((part) => ({
      part: part.role,
      kind: part.kind,
      service: part.service,
      group: part.group,
      topic: part.topic ?? null,
      members: part.members,
      state: part.state,
      note: part.note,
      waiting: part.waiting ?? null,
      offsets_per_second: part.perSecond ?? null,
      partitions: part.partitions.map(({ partition, position, end, waiting }) => ({
        partition,
        position: position ?? null,
        end,
        waiting: waiting ?? null,
      })),
    })),
    topics,
  };
}

/** What it prints of the directory of a run in one process. */
export function directoryStatusText(facts: DirectoryFacts, verdict: DirectoryVerdict, nowMs: number): string {
  const { directory, files, features, scores, model, checkpoint, holder, isScoring } = facts;
  const { state, phase, because } = verdict;
  const lines: (readonly [string, string])[] = [
    ['run', `in one process, ${directory}`],
    ['phase', phase ?? 'none is left'],
    ['files', formatCount(files)],
    ...(isScoring ? [] : [['features', shareText(features)] as const]),
    ['scores', shareText(scores)],
    ['model', model ?? 'none yet'],
    ...(checkpoint === undefined
      ? []
      : [
          [
            'checkpoint',
            `${formatDuration((nowMs - checkpoint.atMs) / 1000)} ago, in megaset ${checkpoint.megaset + 1}, epoch ${checkpoint.epoch + 1}`,
          ] as const,
        ]),
    [
      'lock',
      holder === undefined
        ? 'held by nobody'
        : `held by process ${holder.pid}, which ${holder.isAlive ? 'lives' : 'is gone'}`,
    ],
  ];
  return `${headLine(state, because)}\n\n${factLines(lines)}`;
}

function shareText({ done, total, entriesDone, entries }: Share): string {
  const share = total === 0 ? '' : ` (${formatShare(done / total)})`;
  return `${formatCount(done)} of ${formatCount(total)} ranges${share}, ${formatCount(entriesDone)} of ${formatCount(entries)} entries`;
}

/** The same for programs. */
export function directoryStatusObject(facts: DirectoryFacts, verdict: DirectoryVerdict): object {
  const { files, weighed, features, scores, model, checkpoint, holder } = facts;
  const share = ({ done, total, entriesDone, entries }: Share) => ({
    done,
    total,
    entries_done: entriesDone,
    entries,
  });
  return {
    state: verdict.state,
    because: verdict.because,
    engine: 'embedded',
    phase: verdict.phase ?? null,
    files,
    weighed,
    features: share(features),
    scores: share(scores),
    model: model ?? null,
    checkpoint:
      checkpoint === undefined
        ? null
        : {
            at_ms: Math.round(checkpoint.atMs),
            megaset: checkpoint.megaset,
            epoch: checkpoint.epoch,
          },
    lock: holder === undefined ? null : { pid: holder.pid, alive: holder.isAlive },
  };
}

/** Why a service ended is what its record says: of one line, whatever is in it. */
function headLine(state: string, because: string): string {
  return `${state}: ${shownText(because)}`;
}

function factLines(facts: readonly (readonly [string, string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${shownText(value)}`).join('\n');
}
