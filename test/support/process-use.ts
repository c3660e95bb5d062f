import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Ticks of a second in /proc/PID/stat, on every Linux. */
const ticks = 100;

/** Bytes of memory that a process has resident. */
export function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`process ${pid} has ended`);
  return Number(found) * 1024;
}

/** Seconds of processor time that a process has taken since its start, all threads together. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the command name, which may hold spaces, state is the first; user and system time come eleven later.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** What a process took during a time. */
export interface ProcessUse {
  /** Most resident bytes in the first and in the second half of the time. */
  readonly firstHalf: number;
  readonly secondHalf: number;
  /** Processor time as a share of one core, over the second half: what went on before has run out by then. */
  readonly cpuShare: number;
}

/** Looks at processes for `ms`. @throws where one ends meanwhile */
export async function useOf(pids: readonly number[], ms: number): Promise<readonly ProcessUse[]> {
  const half = async () => {
    const began = performance.now();
    const cpu = pids.map(cpuSeconds);
    const most = pids.map(residentBytes);
    while (performance.now() - began < ms / 2) {
      await wait(100);
      for (const [index, pid] of pids.entries()) most[index] = Math.max(most[index]!, residentBytes(pid));
    }
    const seconds = (performance.now() - began) / 1000;
    return { most, share: pids.map((pid, index) => (cpuSeconds(pid) - cpu[index]!) / seconds) };
  };
  const first = await half();
  const second = await half();
  return pids.map((_, index) => ({
    firstHalf: first.most[index]!,
    secondHalf: second.most[index]!,
    cpuShare: second.share[index]!,
  }));
}
