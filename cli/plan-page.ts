import { formatBytes, formatCount, formatDuration, formatRate } from '../lib/telemetry/format.js';
import { renderTable } from '../lib/telemetry/table.js';
import type { MeasuredPlan } from '../services/plan/measure/measured-plan.js';
import type { CapacityPlan } from '../services/plan/plan.js';
import type { Quantity } from '../services/plan/quantity.js';
import { rateNames } from '../services/plan/rates.js';
import type { GivenRates } from '../services/plan/read-rates.js';
import type { Simulation } from '../services/plan/simulate.js';

const right = { align: 'right' } as const;

/** Where the rates of a plan come from. */
export interface RateOrigins {
  readonly from: GivenRates['from'];
  readonly measured: MeasuredPlan | undefined;
}

/** A plan for a person: what to start, what it takes, and how every number comes about. */
export function planText(plan: CapacityPlan, origins: RateOrigins): string {
  const { request, loads, spread, services, brokers, storage, network } = plan;
  const { events, bytesPerEvent, hours, mode, headroom } = request;
  const perSecond = (bytes: number) => `${formatBytes(bytes)}/s`;
  return [
    `${formatCount(events)} events of ${formatBytes(bytesPerEvent)} (${formatBytes(storage.input)}) in ${hours} h, ${mode}; planned for ${headroom} times the mean load`,
    '',
    stageTable(plan),
    '',
    phaseLine(plan),
    `copies      ${Object.entries(services)
      .map(([name, copies]) => `${name} ${copies}`)
      .join(', ')}: a core each, two for the trainer`,
    `partitions  ${spread.partitions}`,
    `brokers     ${brokers.brokers}, replication ${request.replication}`,
    `disk        brokers ${formatBytes(storage.topics)} in all, output ${formatBytes(storage.outputs)}, input ${formatBytes(storage.input)}`,
    `network     input ${perSecond(network.input)}, producers ${perSecond(network.produced)}, consumers ${perSecond(network.consumed)}, between brokers ${perSecond(network.replicated)}`,
    `training    ${formatDuration(loads.trainSeconds)} of one trainer`,
    '',
    ...rateLines(plan, origins),
    '',
    'How each number comes about:',
    ...plan.quantities.map(quantityLine),
  ].join('\n');
}

function stageTable({ spread, loads }: CapacityPlan): string {
  const phaseOf = (stage: string) =>
    loads.phases.find(({ stages }) => (stages as readonly string[]).includes(stage))?.name;
  return renderTable(
    [
      { title: 'stage' },
      { title: 'phase' },
      { title: 'events', ...right },
      { title: 'load', ...right },
      { title: 'rate of a copy', ...right },
      { title: 'copies', ...right },
      { title: 'use', ...right },
    ],
    spread.stages.map(({ stage, events, load, rate, copies, use }) => [
      stage === spread.bottleneck ? `${stage} (bottleneck)` : stage,
      phaseOf(stage),
      formatCount(events),
      formatRate(load),
      formatRate(rate),
      String(copies),
      `${(100 * use).toFixed(0)} %`,
    ]),
  );
}

/** Every rate with its origin, and what measuring leaves out. */
function rateLines({ request: { rates } }: CapacityPlan, { from, measured }: RateOrigins): string[] {
  const table = renderTable(
    [{ title: 'rate of one copy, or size' }, { title: 'value', ...right }, { title: 'from' }],
    rateNames.map((name) => [name, exact(rates[name]), from[name]]),
  );
  if (measured === undefined) return [table];
  return [table, ...measured.notes];
}

function phaseLine({ loads, request }: CapacityPlan): string {
  if (request.mode === 'continuous') return 'phases      none: all stages work at the same time';
  const phases = loads.phases.map(({ name, seconds }) => `${name} ${formatDuration(seconds)}`);
  phases.splice(2, 0, `train ${formatDuration(loads.trainSeconds)}`);
  return `phases      ${phases.join(', ')}`;
}

function quantityLine({ name, value, unit, formula, inputs }: Quantity): string {
  const given = Object.entries(inputs).map(([key, number]) => `${key} ${exact(number)}`);
  return `  ${name} = ${formula} = ${exact(value)} ${unit}\n      ${given.join(', ')}`;
}

/** Enough digits to compute with. */
function exact(value: number): string {
  const shown = Number.isInteger(value) ? value : Number(value.toPrecision(6));
  return Number.isInteger(shown) && Math.abs(shown) < 1e15 ? formatCount(shown) : String(shown);
}

export function planObject(plan: CapacityPlan, { from, measured }: RateOrigins): object {
  const { request, services, spread, brokers, storage, network, loads, quantities } = plan;
  const { rates, bytesPerEvent, retentionHours, brokerDisk, diskFill, ...asked } = request;
  return {
    asked: {
      ...asked,
      bytes_per_event: bytesPerEvent,
      retention_hours: retentionHours,
      broker_disk: brokerDisk,
      disk_fill: diskFill,
    },
    rates,
    rates_from: from,
    ...(measured === undefined ? {} : { measured: measured.notes }),
    copies: services,
    partitions: spread.partitions,
    bottleneck: spread.bottleneck,
    brokers: brokers.brokers,
    stages: spread.stages,
    phases: loads.phases,
    train_seconds: loads.trainSeconds,
    disk_bytes: { topics: storage.topics, outputs: storage.outputs, input: storage.input },
    network_bytes_per_second: {
      input: network.input,
      produced: network.produced,
      consumed: network.consumed,
      replicated: network.replicated,
    },
    quantities,
  };
}

export interface Simulations {
  readonly planned: Simulation;
  /** The stage that has one copy fewer in the other. */
  readonly missed: string;
  readonly one_copy_fewer: Simulation;
}

/** The same for programs: what never ends has no number of seconds. */
export function simulationObject({ planned, missed, one_copy_fewer }: Simulations): object {
  const object = ({ copies, phases, holds }: Simulation) => ({
    copies,
    phases: phases.map((phase) => {
      const ends = Number.isFinite(phase.seconds);
      return {
        name: phase.name,
        planned_seconds: phase.planned,
        ends,
        seconds: ends ? phase.seconds : null,
        lag_seconds: ends ? phase.lagSeconds : null,
      };
    }),
    holds,
  });
  return { planned: object(planned), missed, one_copy_fewer: object(one_copy_fewer) };
}

export function simulationText(simulations: Simulations): string {
  const line = (what: string, { phases, holds }: Simulation) => {
    const shown = phases.map(({ name, seconds, planned, lagSeconds }) => {
      if (!Number.isFinite(seconds)) return `${name} never ends`;
      const behind = name === 'all' ? ` and ends ${lagSeconds.toFixed(0)} s behind` : '';
      return `${name} takes ${share(seconds / planned)} of its time${behind}`;
    });
    return `  ${what}: ${shown.join(', ')}: ${holds ? 'it holds' : 'it does not hold'}`;
  };
  return [
    'Copies and partitions simulated, block by block, at the load that is planned for (not the trainer, brokers, network and disks):',
    line('as planned', simulations.planned),
    line(`${simulations.missed} with one copy fewer`, simulations.one_copy_fewer),
  ].join('\n');
}

function share(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
