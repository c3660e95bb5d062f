import { claimDirectory } from '../kafka/claim-directory.js';
import type { ServiceDefinition } from '../kafka/run-service.js';
import { rolePart } from '../kafka/service-part.js';
import { roles, stages, stagesOf } from '../kafka/stages.js';
import { featureSinkPart } from './feature-sink.js';
import { finish } from './finisher.js';
import { scoreSinkPart } from './score-sink.js';

/** Scaled rows and models to score files, features to feature files; one copy ends the run. */
export const scorer: ServiceDefinition = {
  name: 'scorer',
  writes: true,
  parts: (context) => {
    claimDirectory(context.loaded.outputDirectory, context.names.prefix, context.view.state.run!);
    return [
      scoreSinkPart(context),
      ...(stagesOf(context.loaded.config).includes(stages.featureFiles) ? [featureSinkPart(context)] : []),
      rolePart(context, roles.finisher.role, (tenure, wrote) => finish(context, tenure, wrote)),
    ];
  },
};
