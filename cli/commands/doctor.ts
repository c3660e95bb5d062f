import type { Command } from 'commander';
import { type DoctorReport, examine, type Finding } from '../../lib/telemetry/doctor.js';
import { formatBytes } from '../../lib/telemetry/format.js';
import { renderTable } from '../../lib/telemetry/table.js';
import { type Cli, printResult } from '../cli.js';
import { surroundings } from '../surroundings.js';

export function registerDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('Says what this machine offers: Node, cores, memory, disk, learning backends, decoders.')
    .addHelpText('after', '\nExamples:\n  rmmstream doctor\n  rmmstream doctor --json')
    .action(async () => {
      const report = await examine(surroundings(cli.currentDirectory));
      printResult(cli, doctorText(report), doctorObject(report));
      if (!report.usable) cli.exitCode = 1;
    });
}

const columns = [{ title: 'name' }, { title: 'version' }, { title: 'for' }, { title: 'state' }];

function findingRow(finding: Finding): (string | undefined)[] {
  const state = finding.works ? 'works' : `not usable: ${finding.reason}`;
  return [finding.name, finding.version, finding.purpose, state];
}

function doctorText(report: DoctorReport): string {
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
    'learning backends, in the order in which auto tries them',
    renderTable(columns, report.backends.map(findingRow), '  '),
    '',
    'decoders and other parts',
    renderTable(columns, report.parts.map(findingRow), '  '),
    '',
    report.usable ? 'ready to run' : `not ready: ${report.faults.join('; ')}`,
  ].join('\n');
}

function doctorObject(report: DoctorReport): unknown {
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
    backends: report.backends.map(finding),
    parts: report.parts.map(finding),
  };
}
