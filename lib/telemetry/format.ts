/** Made when the first number is written: that takes as long as loading fifty modules. */
let groups: Intl.NumberFormat | undefined;

/** 1234567 -> "1,234,567". */
export function formatCount(value: number): string {
  groups ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  return groups.format(value);
}

/** Events a second: "0.4 /s", "320 /s", "12.5 k/s", "1.25 M/s". */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return '-';
  if (perSecond >= 999_500) return `${significant(perSecond / 1e6)} M/s`;
  if (perSecond >= 999.5) return `${significant(perSecond / 1e3)} k/s`;
  return `${significant(perSecond)} /s`;
}

/** Three significant digits without an exponent, for values below 10^6. */
function significant(value: number): string {
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return value.toFixed(digits).replace(/\.0+$/, '');
}

/** "0.4 s", "42 s", "3 min 05 s", "2 h 07 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '-';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** "512 B", "1.50 kB", "24.1 MB", in powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${significant(value)} ${units[unit]}`;
}

/** Where a training is. */
export interface TrainingPlace {
  /** From 0: networks of an ensemble are trained one after the other, each from the beginning. */
  readonly network: number;
  /** How many there are; 1 without an ensemble. */
  readonly networks: number;
  /** From 0, of how many over all megasets. */
  readonly pass: number;
  readonly passes: number;
  /** From 0. */
  readonly megaset: number;
  /** How many there are; 0 in a run without end. */
  readonly megasets: number;
}

/** "network 2 of 5, pass 1 of 2, megaset 3 of 10": where training is, without parts that there is one of. */
export function formatPlace(place: TrainingPlace): string {
  const { network, networks, pass, passes, megaset, megasets } = place;
  return [
    ...(networks > 1 ? [`network ${network + 1} of ${networks}`] : []),
    ...(passes > 1 ? [`pass ${pass + 1} of ${passes}`] : []),
    `megaset ${megaset + 1} of ${megasets}`,
  ].join(', ');
}

/** A share in [0, 1]: "0.0 %", "37.5 %", "100 %"; 100 only when nothing is left. */
export function formatShare(share: number): string {
  if (share >= 1) return '100 %';
  return `${(Math.floor(Math.max(0, share) * 1000) / 10).toFixed(1)} %`;
}
