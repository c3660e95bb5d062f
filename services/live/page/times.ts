const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const daySeconds = 86_400;

/** Time of day of a moment, on the watch of whoever looks; with the date where that is not today's. */
export function timeText(ms: number, nowMs = Date.now()): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return (isToday ? timeOfDay : dayAndTime).format(ms);
}

/**
 * How moments from `first` to `last` are written: times of day; of more than a day with the date, and without seconds.
 * All of them are seconds since 1970.
 */
export function momentText(first: number, last: number): (second: number) => string {
  const format = last - first > daySeconds ? dayAndTime : timeOfDay;
  return (second) => format.format(second * 1000);
}
