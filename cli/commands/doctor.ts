import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import { type BackendMeasure, type BackendSpeed, compareMeasures } from '../../lib/learning/benchmark.js';
import { type DoctorReport, examine, type Finding } from '../../lib/telemetry/doctor.js';
import { formatBytes, formatRate } from '../../lib/telemetry/format.js';
import { renderTable } from '../../lib/telemetry/table.js';
import { askBackend } from '../ask-backend.js';
import { type Cli, printResult } from '../cli.js';
import { surroundings } from '../surroundings.js';

interface DoctorOptions {
  readonly benchmark: boolean;
  readonly seconds: number;
}

export function registerDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description(
      'Says what this machine offers: Node, cores, memory, disk, learning backends and their speed, decoders.',
    )
    .option('--no-benchmark', 'do not measure the backends that work')
    .option('--seconds <seconds>', 'time for measuring all of them, about', parseSeconds, 10)
    .addHelpText('after', '\nExamples:\n  rmmstream doctor\n  rmmstream doctor --json --no-benchmark')
    .action(async ({ benchmark, seconds }: DoctorOptions) => {
      const threads = availableParallelism();
      const report = await examine(surroundings(cli.currentDirectory, threads, cli.signal));
      const measured = benchmark ? await measure(report, seconds, threads, cli.signal) : noMeasures;
      if (cli.signal.aborted) throw new RmmError('interrupted', 'interrupted while trying backends');
      printResult(cli, doctorText(report, measured), doctorObject(report, measured));
      if (!report.usable) cli.exitCode = 1;
    });
}

interface Measured {
  readonly speeds: readonly BackendSpeed[];
  /** Why a backend that works could not be measured. */
  readonly failures: ReadonlyMap<string, string>;
}

const noMeasures: Measured = { speeds: [], failures: new Map() };

async function measure(
  { backends }: DoctorReport,
  seconds: number,
  threads: number,
  signal: AbortSignal,
): Promise<Measured> {
  const names = backends.filter(({ works }) => works).map(({ name }) => name);
  const measures: [string, BackendMeasure][] = [];
  const failures = new Map<string, string>();
  for (const name of names) {
    try {
      const { measure } = await askBackend({ name, threads, seconds: seconds / names.length }, signal);
      measures.push([name, measure!]);
    } catch (error) {
      failures.set(name, (error as Error).message.split('\n', 1)[0]!);
    }
  }
  return { speeds: compareMeasures(measures), failures };
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= 0 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('expected a number of seconds from 0 to 3600.');
}

const columns = [{ title: 'name' }, { title: 'version' }, { title: 'for' }, { title: 'state' }];

function findingRow(finding: Finding): (string | undefined)[] {
  const state = finding.works ? 'works' : `not usable: ${finding.reason}`;
  return [finding.name, finding.version, finding.purpose, state];
}

const speedColumns = [
  { title: 'backend' },
  { title: 'training', align: 'right' },
  { title: 'scoring', align: 'right' },
  { title: 'scores differ by', align: 'right' },
] as const;

/** `differs` is the share of the first backend's score, which has none itself. */
function speedRow({ name, trainRows, scoreRows, difference }: BackendSpeed, index: number): string[] {
  const differs = index === 0 ? '-' : difference.toExponential(1);
  return [name, formatRate(trainRows), formatRate(scoreRows), differs];
}

function speedLines({ speeds, failures }: Measured): string[] {
  const failed = [...failures].map(([name, why]) => `  ${name} could not be measured: ${why}`);
  if (speeds.length === 0) return failed;
  return [
    '',
    `rows a second, AE small of 192 columns, batches of 2,048; difference as a share of the score of ${speeds[0]!.name}`,
    renderTable(speedColumns, speeds.map(speedRow), '  '),
    ...failed,
  ];
}

function doctorText(report: DoctorReport, measured: Measured): string {
  const { machine } = report;
  const facts = [
    ['rmmstream', report.version],
    [
      'Node',
      `${machine.node}${report.nodeFits ? '' : ` (too old; ${report.neededNode} or newer is needed)`}`,
    ],
    ['platform', machine.platform],
    ['cores', `${machine.cores} of this machine may be used`],
    ['memory', `${formatBytes(machine.freeMemoryBytes)} free of ${formatBytes(machine.memoryBytes)}`],
    ['disk', `${formatBytes(machine.freeDiskBytes)} free in ${machine.directory}`],
  ];
  const lines = facts.map(([name, value]) => `${name!.padEnd(9)}  ${value}`);
  return [
    ...lines,
    '',
    'learning backends; auto takes the first on the CPU that works, a GPU where learning.device says so',
    renderTable(columns, report.backends.map(findingRow), '  '),
    ...speedLines(measured),
    '',
    'decoders and other parts',
    renderTable(columns, report.parts.map(findingRow), '  '),
    '',
    report.usable ? 'ready to run' : `not ready: ${report.faults.join('; ')}`,
  ].join('\n');
}

function doctorObject(report: DoctorReport, { speeds, failures }: Measured): unknown {
  const finding = ({ name, version, purpose, works, reason }: Finding) => ({
    name,
    works,
    purpose,
    ...(version === undefined ? {} : { version }),
    ...(works ? {} : { reason }),
  });
  const { machine } = report;
  return {
    version: report.version,
    usable: report.usable,
    faults: report.faults,
    node: { version: machine.node, needed: report.neededNode, fits: report.nodeFits },
    platform: machine.platform,
    cores: machine.cores,
    memory_bytes: machine.memoryBytes,
    free_memory_bytes: machine.freeMemoryBytes,
    free_disk_bytes: machine.freeDiskBytes,
    backends: report.backends.map((backend) => ({
      ...finding(backend),
      ...speedObject(speeds.find(({ name }) => name === backend.name)),
      ...(failures.has(backend.name) ? { benchmark_failure: failures.get(backend.name) } : {}),
    })),
    parts: report.parts.map(finding),
  };
}

function speedObject(speed: BackendSpeed | undefined): object {
  if (speed === undefined) return {};
  return {
    train_rows_per_second: Math.round(speed.trainRows),
    score_rows_per_second: Math.round(speed.scoreRows),
    score_difference: speed.difference,
  };
}
