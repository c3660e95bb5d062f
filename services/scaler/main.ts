import type { HopResult } from '../../lib/flow/partitions/hop.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { featurizerOf } from '../featurizer/config.js';
import { highLevelRowsOf } from '../featurizer/high-level.js';
import { claimDirectory } from '../kafka/claim-directory.js';
import type { ServiceContext } from '../kafka/context.js';
import type { RecordOf } from '../kafka/progress-records.js';
import type { ServiceDefinition } from '../kafka/run-service.js';
import { rolePart, type ServicePart } from '../kafka/service-part.js';
import { stageHopPart } from '../kafka/stage-hop.js';
import { roles, stages } from '../kafka/stages.js';
import { decodeFeatures, type RowExpectation } from '../wire/features.js';
import { encodeScaled } from '../wire/scaled.js';
import { freeze } from './freezer.js';
import { loadFrozen } from './frozen-scaler.js';
import { momentsMessage } from './moments-message.js';
import { MomentsOperator, ScalerOperator } from './operator.js';

/** Features to moments, moments to one frozen scaler, features and scaler to scaled rows. */
export const scaler: ServiceDefinition = {
  name: 'scaler',
  writes: true,
  parts: (context) => {
    claimDirectory(context.loaded.outputDirectory, context.names.prefix, context.view.state.run!);
    return [
      moments(context),
      scaling(context),
      rolePart(context, roles.freezer.role, (tenure, wrote) => freeze(context, tenure, wrote)),
    ];
  },
};

function expectation({ loaded: { config } }: ServiceContext): RowExpectation {
  return { layout: featurizerOf(config).layout, megasets: config.training.megasets };
}

const nothing: HopResult = { out: undefined, deadLetters: [], eventsIn: 0, eventsOut: 0 };

function moments(context: ServiceContext): ServicePart {
  const { config } = context.loaded;
  const expected = expectation(context);
  const operator = new MomentsOperator(expected.layout, config.scaler.weights);
  const process = (message: FetchedMessage): HopResult => {
    const { source, record, features, columns } = decodeFeatures(message, expected);
    const { rows } = record;
    // A late block is scored only: the scaler was, or will be, frozen without it (decisions.md 21).
    if (source.kind !== 'background' || source.late !== undefined) return { ...nothing, eventsIn: rows };
    const found = operator.process(features, columns, source);
    const out = momentsMessage(source, found, record.rowsBySplit);
    return { out, deadLetters: [], eventsIn: rows, eventsOut: rows };
  };
  return stageHopPart(context, {
    stage: stages.moments,
    outputPartition: () => 0,
    process,
  });
}

function scaling(context: ServiceContext): ServicePart {
  const { view } = context;
  const expected = expectation(context);
  let operator: ScalerOperator | undefined;
  let loading: Promise<void> | undefined;
  const load = async (record: RecordOf<'scaler'>, signal: AbortSignal) => {
    const frozen = await loadFrozen(context, record, signal);
    context.tools.stage.scaler({ version: record.id, madeMs: record.frozen_ms });
    operator = new ScalerOperator(
      frozen.scaler,
      expected.layout.maskWords,
      highLevelRowsOf(context.loaded.config),
    );
  };
  const process = (message: FetchedMessage): HopResult => {
    const { source, record, layout, features, columns } = decodeFeatures(message, expected);
    const scaled = operator!.process(features, columns);
    const out = encodeScaled({ source, record, layout, scaled, columns });
    return { out, deadLetters: [], eventsIn: record.rows, eventsOut: record.rows };
  };
  const gate = async (partSignal: AbortSignal, signal: AbortSignal) => {
    if (operator !== undefined) return;
    const record = await view.until((state) => state.scaler, signal);
    if (record === undefined) return;
    // Once for all partitions: so the end of one of them must not stop it.
    loading ??= load(record, partSignal).finally(() => {
      loading = undefined;
    });
    await loading;
  };
  return {
    name: stages.scaler.role,
    run: (partSignal) =>
      stageHopPart(context, {
        stage: stages.scaler,
        gate: (signal) => gate(partSignal, signal),
        process,
      }).run(partSignal),
  };
}
