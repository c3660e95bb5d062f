import type { Config } from '../../../lib/config/index.js';
import { roles, type Stage, stagesOf } from '../../kafka/stages.js';
import type { TopicKind } from '../../kafka/topics.js';
import { dataEdge, type FlowPlan, filesNode, onceEdge, stageNode } from '../model/flow-plan.js';
import type { FlowEdge, FlowNode } from '../shared/snapshot.js';

/** Column and row of each stage; the main line is row 0. */
const places: Readonly<Record<Stage['label'], readonly [column: number, row: number]>> = {
  ingest: [1, 0],
  selector: [2, 0],
  featurizer: [3, 0],
  scaler: [4, 0],
  scorer: [5, 0],
  scaler_moments: [4, 1],
  trainer: [5, 1],
  feature_files: [4, 2],
};

const titles: Readonly<Partial<Record<Stage['label'], string>>> = {
  scaler_moments: 'moments',
  feature_files: 'writer',
};

/** What stages that write no topic write. */
const written: Readonly<Partial<Record<Stage['makes'], FlowNode>>> = {
  scores: filesNode('scores', 'score files', 6, 0),
  'feature-files': filesNode('features', 'feature files', 5, 2),
};

/** The trainer is a role: one copy of it reads all partitions. */
const trainer = { label: 'trainer', reads: roles.trainer.reads, writes: roles.trainer.writes } as const;

/**
 * The dataflow of a configuration as its services have it (services/kafka/stages.ts), without the topics between them:
 * these are what edges are called.
 */
export function kafkaFlow(config: Config): FlowPlan {
  const stages = stagesOf(config);
  const labels = [...stages.map(({ label }) => label), trainer.label];
  const endings = stages.flatMap((stage) => {
    const files = stage.writes === undefined ? written[stage.makes] : undefined;
    return files === undefined ? [] : [{ stage, files }];
  });
  return {
    nodes: [
      filesNode('input', 'ROOT files', 0, 0),
      ...labels.map((label) => stageNode(label, titles[label] ?? label, ...places[label])),
      ...endings.map(({ files }) => files),
    ],
    edges: [
      ...stages.flatMap((stage) => edgesTo(stage, stages)),
      ...trainer.reads.flatMap((topic) => readBy(trainer.label, topic, stages)),
      ...endings.map(({ stage, files }) => dataEdge(stage.label, files.id, files.id, stage.label, 'out')),
    ],
    stages: labels,
    phaseOf: {
      ingest: 'ingest',
      selector: 'selector',
      featurizer: 'featurizer',
      scaler: 'scaler',
      trainer: 'train',
      scorer: 'scorer',
    },
    lagUnit: (stage) => (stage === 'ingest' ? 'blocks' : 'messages'),
  };
}

function edgesTo({ label, topic, reads, uses }: Stage, stages: readonly Stage[]): FlowEdge[] {
  return [
    ...(reads ? readBy(label, topic, stages) : [dataEdge('input', label, 'blocks', label, 'in')]),
    ...uses.flatMap((used) => readBy(label, used, stages)),
  ];
}

/** What passes once, by its topic. */
const artefacts: Readonly<Partial<Record<TopicKind, string>>> = { 'scaler-state': 'scaler', models: 'model' };

/** Edges by which a topic comes to a stage. Other topics than those of the dataflow give none. */
function readBy(reader: Stage['label'], topic: TopicKind, stages: readonly Stage[]): FlowEdge[] {
  const trains = trainer.writes.some((one) => one === topic) && topic !== 'progress';
  const writers = [
    ...stages.filter(({ writes }) => writes === topic).map(({ label }) => label),
    ...(trains ? [trainer.label] : []),
  ];
  return writers
    .filter((writer) => writer !== reader)
    .map((writer) => {
      const artefact = artefacts[topic];
      if (artefact !== undefined) return onceEdge(writer, reader, artefact);
      // Along the main line goes what was made; beside it, what is taken of it.
      const isMain = places[writer][1] === places[reader][1];
      return isMain
        ? dataEdge(writer, reader, topic, writer, 'out')
        : dataEdge(writer, reader, topic, reader, 'in');
    });
}
