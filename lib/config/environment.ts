import { layerAt, overlay } from './layers.js';
import { emptyMap, type Located, type Source } from './located.js';
import type { Problem } from './problem.js';
import { readYaml } from './read-yaml.js';

export const environmentPrefix = 'RMMSTREAM__';

/** A value from a flag, for example {path: 'engine.workers', value: '4', flag: '--workers'}. */
export interface Override {
  /** Dotted path of the key. */
  readonly path: string;
  /** Text as typed, read as YAML ('4', '[a, b]'), or a value as it is. */
  readonly value: string | number | boolean;
  readonly flag: string;
  /** True takes a text as it stands, so that an output directory may be called 12. */
  readonly literal?: boolean;
}

export interface Layer {
  readonly layer: Located;
  readonly problems: readonly Problem[];
}

/** RMMSTREAM__TRAINING__EPOCHS=20 as a layer over the file; values are YAML, so lists are written [a, b]. */
export function environmentLayer(environment: Readonly<Record<string, string | undefined>>): Layer {
  const settings = Object.keys(environment)
    .filter((name) => name.startsWith(environmentPrefix) && environment[name] !== undefined)
    .sort()
    .map((name) => ({
      path: name.slice(environmentPrefix.length).toLowerCase().split('__'),
      source: { kind: 'environment', name } as const,
      value: environment[name]!,
    }));
  return stack(settings);
}

/** Flags as a layer over everything else. */
export function overrideLayer(overrides: readonly Override[]): Layer {
  return stack(
    overrides.map((override) => ({
      path: override.path.split('.'),
      source: { kind: 'flag', name: override.flag } as const,
      value: override.value,
      literal: override.literal ?? false,
    })),
  );
}

interface Setting {
  readonly path: readonly string[];
  readonly source: Source;
  readonly value: string | number | boolean;
  readonly literal?: boolean;
}

function stack(settings: readonly Setting[]): Layer {
  let layer: Located = emptyMap;
  const problems: Problem[] = [];
  for (const setting of settings) {
    const { source, value } = setting;
    const path = setting.path.join('.');
    if (setting.path.includes('')) {
      problems.push({ code: 'config_unknown_key', path, source, message: 'the name of a key is empty' });
      continue;
    }
    if (typeof value !== 'string' || setting.literal === true) {
      layer = overlay(layer, layerAt(setting.path, { kind: 'scalar', source, value }, source));
      continue;
    }
    const read = readYaml(value, () => source);
    problems.push(...read.problems.map((problem) => ({ ...problem, path })));
    if (read.problems.length > 0) continue;
    const located: Located = read.root === emptyMap ? { kind: 'scalar', source, value: '' } : read.root;
    layer = overlay(layer, layerAt(setting.path, located, source));
  }
  return { layer, problems };
}
