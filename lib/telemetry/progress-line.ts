import { formatCount, formatDuration, formatRate, formatShare } from './format.js';
import type { StageSnapshot } from './progress-model.js';

const nameWidth = 10;

/** One stage in one line: "features      120,000 events    98.5 k/s   37.5 %  2.0 s left". */
export function progressLine(snapshot: StageSnapshot): string {
  const name = snapshot.stage.padEnd(nameWidth);
  if (snapshot.state === 'waiting') return `${name}  waiting`;
  // A stage that counts nothing has only its time.
  if (snapshot.total === 0 && snapshot.events === 0)
    return [name, ending(snapshot), snapshot.note].join('  ').trimEnd();
  const share = snapshot.total > 0 ? formatShare(snapshot.share) : snapshot.state === 'done' ? '100 %' : '-';
  const cells = [
    name,
    `${formatCount(snapshot.events).padStart(13)} events`,
    formatRate(snapshot.eventsPerSecond).padStart(9),
    share.padStart(6),
    ending(snapshot),
  ];
  if (snapshot.note !== '') cells.push(snapshot.note);
  return cells.join('  ').trimEnd();
}

function ending(snapshot: StageSnapshot): string {
  if (snapshot.state === 'done') return `done in ${formatDuration(snapshot.seconds)}`;
  if (snapshot.state === 'failed') return `failed after ${formatDuration(snapshot.seconds)}`;
  return snapshot.secondsLeft === undefined ? '' : `${formatDuration(snapshot.secondsLeft)} left`;
}

/** One stage as one JSON object without a line ending. */
export function progressJson(snapshot: StageSnapshot): string {
  return JSON.stringify({
    type: 'progress',
    stage: snapshot.stage,
    state: snapshot.state,
    events: snapshot.events,
    total: snapshot.total,
    share: round(snapshot.share, 4),
    events_per_second: round(snapshot.eventsPerSecond, 1),
    seconds: round(snapshot.seconds, 3),
    ...(snapshot.secondsLeft === undefined ? {} : { seconds_left: round(snapshot.secondsLeft, 1) }),
    ...(snapshot.note === '' ? {} : { note: snapshot.note }),
  });
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
