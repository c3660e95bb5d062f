import type { Source } from './located.js';
import { didYouMean } from './nearest.js';
import type { Problem } from './problem.js';
import type { Profile } from './profile-schema.js';
import { sourceOf } from './rules.js';
import type { Config, GivenConfig } from './schema/index.js';

type Convention = Config['features']['convention'];

/** What the authors of a convention took where the configuration is silent (docs/physics.md, "Conventions"). */
const conventionDefaults: Readonly<
  Record<Convention, Pick<Config['features'], 'multiplicities' | 'c' | 'divide_by_sqrt_s' | 'met_min_gev'>>
> = {
  thesis: {
    multiplicities: { light_jets: 6, b_jets: 6, electrons: 5, muons: 5, photons: 0 },
    c: 0.15,
    divide_by_sqrt_s: false,
    met_min_gev: 0,
  },
  'thesis-code': {
    multiplicities: { light_jets: 6, b_jets: 6, electrons: 5, muons: 5, photons: 0 },
    c: 0.15,
    divide_by_sqrt_s: false,
    met_min_gev: 0,
  },
  map2rmm: {
    multiplicities: { light_jets: 10, b_jets: 10, electrons: 10, muons: 10, photons: 10 },
    c: 1,
    divide_by_sqrt_s: true,
    met_min_gev: 30,
  },
};

/**
 * Fills in the keys whose default follows from other keys or from the profile, and records in `sources`
 * what they followed from. Once per slot type, so that `multiplicities: {muons: 2}` keeps the others.
 */
export function deriveDefaults(
  given: GivenConfig,
  profile: Profile | undefined,
  sources: Map<string, Source>,
): Config {
  const { features, selection } = given;
  const follow = <T>(path: string, value: T | undefined, derived: T, from: string): T => {
    if (value !== undefined) return value;
    sources.set(path, { kind: 'derived', from });
    return derived;
  };
  const usual = conventionDefaults[features.convention] ?? conventionDefaults.thesis;
  const slots = (key: keyof Config['features']['multiplicities']): number =>
    follow(
      `features.multiplicities.${key}`,
      features.multiplicities[key],
      usual.multiplicities[key],
      'features.convention',
    );
  return {
    ...given,
    selection: {
      ...selection,
      light_jet_discriminant_max: follow(
        'selection.light_jet_discriminant_max',
        selection.light_jet_discriminant_max,
        selection.bjet_discriminant_min,
        'selection.bjet_discriminant_min',
      ),
      triggers: follow(
        'selection.triggers',
        selection.triggers,
        profile?.default_triggers ?? [],
        `the profile ${profile?.name ?? ''}`,
      ),
    },
    features: {
      ...features,
      multiplicities: {
        light_jets: slots('light_jets'),
        b_jets: slots('b_jets'),
        electrons: slots('electrons'),
        muons: slots('muons'),
        photons: slots('photons'),
      },
      c: follow('features.c', features.c, usual.c, 'features.convention'),
      divide_by_sqrt_s: follow(
        'features.divide_by_sqrt_s',
        features.divide_by_sqrt_s,
        usual.divide_by_sqrt_s,
        'features.convention',
      ),
      met_min_gev: follow(
        'features.met_min_gev',
        features.met_min_gev,
        usual.met_min_gev,
        'features.convention',
      ),
    },
  };
}

/** A problem for each trigger that the profile does not know. */
export function checkTriggers(
  config: Config,
  profile: Profile,
  sources: ReadonlyMap<string, Source>,
): Problem[] {
  const known = profile.triggers.map((trigger) => trigger.name);
  return config.selection.triggers.flatMap((trigger, index): Problem[] => {
    if (known.includes(trigger)) return [];
    const path = `selection.triggers[${index}]`;
    const message = `found ${JSON.stringify(trigger)}, expected a trigger of the profile ${profile.name}: ${known.join(', ')}${didYouMean(trigger, known)}`;
    return [{ code: 'config_out_of_range', path, source: sourceOf(sources, path), message }];
  });
}
