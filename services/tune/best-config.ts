import { isAbsolute, join, relative, sep } from 'node:path';
import { Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { JsonObject, JsonValue, LoadedConfig } from '../../lib/config/index.js';
import { networkFromJson } from '../../lib/learning/network-json.js';
import { networkSection } from './config.js';
import { errorOf, type TrialRecord } from './trial-record.js';

/**
 * best.yaml: every key that was given, from file, environment or option, with the network and the training of the
 * best trial. Paths are made relative to the new file, and the run gets an output directory of its own.
 */
export function bestConfiguration(best: TrialRecord, loaded: LoadedConfig, directory: string): string {
  const { config, folder } = loaded;
  const given = givenPart(config as unknown as JsonObject, loaded.sources) as Record<string, JsonValue>;
  const moved = (path: string) => (isAbsolute(path) ? path : fromFolder(directory, join(folder, path)));
  const input = { ...(given.input as Record<string, JsonValue>) };
  input.samples = config.input.samples.map((sample, index) => ({
    ...(given.input as { samples: JsonObject[] }).samples[index]!,
    files: sample.files.map(moved),
  }));
  if (/\.ya?ml$/.test(config.input.profile)) input.profile = moved(config.input.profile);
  const { schedule: _, ...training } = (given.training ?? {}) as Record<string, JsonValue>;
  const content = {
    ...given,
    input,
    network: networkSection({ network: networkFromJson(best.network, 'the best trial') }),
    training: {
      ...training,
      epochs: best.errors.length,
      passes: 1,
      learning_rate: best.learning_rate,
    },
    output: {
      ...(given.output as JsonObject | undefined),
      directory: `${config.output.directory.replace(/[/\\]+$/, '')}-best`,
    },
  };
  const document = new Document(content);
  document.commentBefore = [
    ` The best of a search: trial ${best.id}, validation error ${errorOf(best).toPrecision(5)} after ${best.errors.length} epochs,`,
    ` latent width ${best.latent}. The learning rate was constant; a run trains as many epochs on all events.`,
  ].join('\n');
  flat(document.contents as Node);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** The keys that were given somewhere; what only follows from others, or from nothing, is left out. */
function givenPart(config: JsonObject, sources: LoadedConfig['sources']): JsonObject {
  const paths = [...sources].flatMap(([path, { kind }]) =>
    kind === 'default' || kind === 'derived' ? [] : [path],
  );
  const isGiven = (path: string) =>
    paths.some((known) => known === path || known.startsWith(`${path}.`) || known.startsWith(`${path}[`));
  const keep = (value: JsonValue, path: string): JsonValue => {
    if (Array.isArray(value)) return value.map((item: JsonValue, index) => keep(item, `${path}[${index}]`));
    if (typeof value !== 'object') return value;
    const entries = Object.entries(value as JsonObject).flatMap(([key, part]): [string, JsonValue][] => {
      const below = path === '' ? key : `${path}.${key}`;
      return isGiven(below) ? [[key, keep(part, below)]] : [];
    });
    return Object.fromEntries(entries);
  };
  return keep(config, '') as JsonObject;
}

function fromFolder(folder: string, path: string): string {
  const found = relative(folder, path).split(sep).join('/');
  return found.startsWith('.') ? found : `./${found}`;
}

/** Lists of plain values and maps within lists on one line, as people write them. */
function flat(node: Node | null, isItem = false): void {
  if (isMap(node)) {
    if (isItem) node.flow = true;
    for (const pair of node.items) flat(pair.value as Node | null);
  } else if (isSeq(node)) {
    if (node.items.every((item) => isScalar(item))) node.flow = true;
    else for (const item of node.items) flat(item as Node, true);
  }
}
