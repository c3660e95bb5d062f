import type { Config } from '../../lib/config/index.js';
import { roles, type ServiceName, type Stage, serviceNames, stagesOf } from '../kafka/stages.js';
import { RunNames, type TopicKind, topicKinds, topicSpecs } from '../kafka/topics.js';
import { type Dataflow, type FlowEdge, type FlowNode, filesNode, inputNode, nodeId } from './dataflow.js';
import { outputNames } from './output-names.js';

/** The dataflow over Kafka as the services have it: from the topics, stages and roles that they work with. */
export function kafkaDataflow(config: Config): Dataflow {
  const names = new RunNames(config.kafka.prefix);
  const stages = stagesOf(config);
  const held = Object.values(roles);
  const files = filesOf(config, stages);
  const nodes: FlowNode[] = [
    inputNode(config.input.samples),
    ...stages.map((stage) => partNode('stage', stage, names)),
    ...held.map((role) => partNode('role', role, names)),
    ...topicNodes(config, names),
    ...[...new Set(files.map(({ path }) => path))].map(filesNode),
  ];
  const edges: FlowEdge[] = [
    { from: 'input', to: nodeId('role', roles.planner.role), kind: 'data' },
    ...stages.flatMap(stageEdges),
    ...held.flatMap(roleEdges),
    ...files.map(({ from, path }): FlowEdge => ({ from, to: nodeId('files', path), kind: 'data' })),
  ];
  return {
    title: `rmmstream over Kafka, prefix ${config.kafka.prefix}`,
    boxes: serviceNames.map((service) => ({
      id: boxOf(service),
      title: `${service}, ${copies(config.engine.copies[service])}`,
    })),
    nodes,
    edges,
  };
}

function copies(number: number): string {
  return number === 1 ? '1 copy' : `${number} copies`;
}

function boxOf(service: ServiceName): string {
  return nodeId('service', service);
}

function partNode(
  kind: 'stage' | 'role',
  { role, service }: { readonly role: string; readonly service: ServiceName },
  names: RunNames,
): FlowNode {
  return { id: nodeId(kind, role), kind, lines: [role, `group ${names.group(role)}`], box: boxOf(service) };
}

function topicNodes(config: Config, names: RunNames): FlowNode[] {
  const specs = topicSpecs(names, config.kafka.topics);
  return topicKinds.map((kind): FlowNode => {
    const name = names.topic(kind);
    const { partitions, replication, settings } = specs.find((spec) => spec.name === name)!;
    const spread = `${partitions === 1 ? '1 partition' : `${partitions} partitions`} x ${replication}`;
    const readers = kind === 'progress' ? ['read by every service'] : [];
    return { id: topicId(kind), kind: 'topic', lines: [name, `${spread}, ${kept(settings)}`, ...readers] };
  });
}

function kept(settings: Readonly<Record<string, string>>): string {
  if (settings['cleanup.policy'] === 'compact') return 'compacted';
  const ms = Number(settings['retention.ms'] ?? -1);
  return ms < 0 ? 'kept' : `kept ${ms / 3_600_000} h`;
}

function topicId(kind: TopicKind): string {
  return nodeId('topic', kind);
}

function stageEdges({ role, topic, reads, writes, uses, tellsFaults }: Stage): FlowEdge[] {
  const id = nodeId('stage', role);
  return [
    reads ? { from: topicId(topic), to: id, kind: 'data' } : { from: 'input', to: id, kind: 'data' },
    ...uses.map((kind): FlowEdge => ({ from: topicId(kind), to: id, kind: 'data' })),
    ...(writes === undefined ? [] : [{ from: id, to: topicId(writes), kind: 'data' } as const]),
    // Where what it makes comes to its end.
    { from: id, to: topicId('progress'), kind: 'control' },
    ...(tellsFaults ? [{ from: id, to: topicId('dead-letters'), kind: 'dead' } as const] : []),
  ];
}

function roleEdges({ role, reads, writes }: (typeof roles)[keyof typeof roles]): FlowEdge[] {
  const id = nodeId('role', role);
  const kindOf = (topic: TopicKind) =>
    topic === 'progress' ? 'control' : topic === 'dead-letters' ? 'dead' : 'data';
  return [
    // Every service reads progress: its label says so.
    ...reads
      .filter((topic) => topic !== 'progress')
      .map(
        (topic): FlowEdge => ({
          from: topicId(topic),
          to: id,
          kind: topic === 'dead-letters' ? 'dead' : 'data',
        }),
      ),
    ...writes.map((topic): FlowEdge => ({ from: id, to: topicId(topic), kind: kindOf(topic) })),
  ];
}

/** Files that a stage or role writes. */
interface Written {
  readonly from: string;
  readonly path: string;
}

/** What the stages that end in files write, by what they make. */
const stageFiles: Readonly<Partial<Record<Stage['makes'], string>>> = {
  scores: outputNames.scores,
  'feature-files': outputNames.features,
};

function filesOf(config: Config, stages: readonly Stage[]): readonly Written[] {
  const made = stages.flatMap(({ role, makes }): Written[] => {
    const path = stageFiles[makes];
    return path === undefined ? [] : [{ from: nodeId('stage', role), path }];
  });
  const { cutflow, deadLetters, model, modelZip, run, drift } = outputNames;
  const [role, paths] =
    config.input.mode === 'continuous'
      ? [roles.freezer.role, [drift]]
      : [roles.finisher.role, [cutflow, deadLetters, model, modelZip, run]];
  return [...made, ...paths.map((path) => ({ from: nodeId('role', role), path }))];
}
