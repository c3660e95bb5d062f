import { packageVersion } from '../base/package-root.js';

/** A part that may or may not work on a machine. */
export interface Candidate {
  readonly name: string;
  readonly purpose: string;
  /** Loads and tries it; gives its version. Anything thrown is the reason why it is not usable. */
  readonly attempt: () => Promise<string | undefined>;
}

export interface Finding {
  readonly name: string;
  readonly purpose: string;
  readonly version: string | undefined;
  readonly works: boolean;
  /** Why it does not work; '' where it does. */
  readonly reason: string;
}

export interface Machine {
  /** Version without the v: 20.20.2. */
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  /** Where outputs would go. */
  readonly directory: string;
  readonly freeDiskBytes: number;
}

/** What the examination looks at; injected, so that tests can own it. */
export interface Surroundings {
  readonly machine: Machine;
  readonly backends: readonly Candidate[];
  /** `needed` parts must work for the machine to be usable. */
  readonly parts: readonly (Candidate & { readonly needed: boolean })[];
}

export interface DoctorReport {
  readonly version: string;
  readonly machine: Machine;
  readonly neededNode: string;
  readonly nodeFits: boolean;
  readonly backends: readonly Finding[];
  readonly parts: readonly Finding[];
  readonly usable: boolean;
  /** Why it is not usable, one sentence each. */
  readonly faults: readonly string[];
}

const neededNode = '20.19.0';

/** Tries every candidate, one after the other, and draws the conclusion. Never throws. */
export async function examine(surroundings: Surroundings): Promise<DoctorReport> {
  const { machine } = surroundings;
  const backends: Finding[] = [];
  for (const candidate of surroundings.backends) backends.push(await find(candidate));
  const parts: Finding[] = [];
  const faults: string[] = [];
  const nodeFits = compareVersions(machine.node, neededNode) >= 0;
  if (!nodeFits) faults.push(`Node ${machine.node} is too old, ${neededNode} or newer is needed`);
  if (!backends.some((finding) => finding.works)) faults.push('no learning backend works');
  for (const part of surroundings.parts) {
    const finding = await find(part);
    parts.push(finding);
    if (part.needed && !finding.works) faults.push(`${finding.name} (${finding.purpose}) does not work`);
  }
  return {
    version: packageVersion,
    machine,
    neededNode,
    nodeFits,
    backends,
    parts,
    usable: faults.length === 0,
    faults,
  };
}

async function find({ name, purpose, attempt }: Candidate): Promise<Finding> {
  try {
    return { name, purpose, version: await attempt(), works: true, reason: '' };
  } catch (error) {
    return { name, purpose, version: undefined, works: false, reason: firstLine(error) };
  }
}

function firstLine(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'not installed';
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!.slice(0, 300);
}

/** Negative, zero or positive as version `a` is older than, as old as or newer than `b`. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
