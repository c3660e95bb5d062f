import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RmmError } from '../base/error.js';
import { checkTriggers, deriveDefaults } from './derive.js';
import { environmentLayer, type Override, overrideLayer } from './environment.js';
import { type ResolvedSample, resolveInputs } from './inputs.js';
import { overlay } from './layers.js';
import { emptyMap, type Located, type Source } from './located.js';
import { type Problem, problemsError } from './problem.js';
import { loadProfile } from './profile.js';
import type { Profile } from './profile-schema.js';
import { readYaml } from './read-yaml.js';
import { checkRules, type NeedsSamples, sourceOf } from './rules.js';
import { type Config, configNode, type GivenConfig } from './schema/index.js';
import { validate } from './validate.js';

const maxConfigBytes = 4 << 20;

export interface LoadOptions {
  /** Path of the configuration file; without one the defaults stand. */
  readonly file?: string;
  /** Taken for RMMSTREAM__SECTION__KEY. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Flags of the command, over everything else. */
  readonly overrides?: readonly Override[];
  /** Paths are relative to it: of the file itself, of output.directory. */
  readonly currentDirectory: string;
  readonly needs: NeedsSamples;
  /** False leaves the file patterns alone (config show). Default true. */
  readonly resolveFiles?: boolean;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly profile: Profile;
  /** Samples with their files; empty when resolveFiles is false. */
  readonly samples: readonly ResolvedSample[];
  /** Folder to which input patterns are relative. */
  readonly folder: string;
  /** Absolute output directory. */
  readonly outputDirectory: string;
  /** Where each given key came from, by path ("training.epochs"); what is not there is a default. */
  readonly sources: ReadonlyMap<string, Source>;
}

export type CheckedConfig =
  | { readonly loaded: LoadedConfig; readonly problems: readonly [] }
  | { readonly loaded: undefined; readonly problems: readonly Problem[] };

/**
 * The configuration in force: defaults < file < environment < flags, checked as a whole.
 * @throws config_unreadable; one problem's own code, or config_invalid that lists them all
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const checked = checkConfig(options);
  if (checked.loaded === undefined) {
    throw problemsError(checked.problems, options.file ?? 'the configuration');
  }
  return checked.loaded;
}

/**
 * As loadConfig, but hands back the problems.
 * @throws config_unreadable
 */
export function checkConfig(options: LoadOptions): CheckedConfig {
  const { file, currentDirectory } = options;
  const problems: Problem[] = [];
  let given: Located = emptyMap;
  if (file !== undefined) {
    const read = readYaml(readConfigFile(file, currentDirectory), (line, column) => ({
      kind: 'file',
      file,
      line,
      column,
    }));
    // After a syntax error every other message would be about what could not be read.
    if (read.problems.length > 0) return { loaded: undefined, problems: read.problems };
    given = read.root;
  }
  for (const { layer, problems: found } of [
    environmentLayer(options.environment),
    overrideLayer(options.overrides ?? []),
  ]) {
    given = overlay(given, layer);
    problems.push(...found);
  }
  const validated = validate(configNode, given);
  problems.push(...validated.problems);
  const config = validated.value as unknown as GivenConfig;
  const sources = new Map(validated.sources);
  const folder = file === undefined ? currentDirectory : dirname(resolve(currentDirectory, file));
  const profile = profileOf(config, folder, sources, problems);
  const complete = deriveDefaults(config, profile, sources);
  if (profile !== undefined) problems.push(...checkTriggers(complete, profile, sources));
  // Rules see defaults in the place of what could not be read: what they say about those keys is left out.
  const broken = validated.problems.map((problem) => problem.path);
  const rules = checkRules(complete, sources, options.needs);
  problems.push(...rules.filter((problem) => !broken.some((path) => related(path, problem.path))));
  const inputs =
    options.resolveFiles === false ? { samples: [], problems: [] } : resolveInputs(complete, folder, sources);
  problems.push(...inputs.problems.filter((problem) => !isForWatcher(problem, complete)));
  if (problems.length > 0 || profile === undefined) return { loaded: undefined, problems };
  return {
    loaded: {
      config: complete,
      profile,
      samples: inputs.samples,
      folder,
      outputDirectory: resolve(currentDirectory, complete.output.directory),
      sources,
    },
    problems: [],
  };
}

/** A second name of a file that lies in a watched folder is passed over by who watches, not a fault of the configuration. */
function isForWatcher({ code }: Problem, { input }: Config): boolean {
  return code === 'input_file_repeated' && input.mode === 'continuous';
}

/** Whether one key is the other or lies within it. */
function related(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long.startsWith(short) && (short === '' || /^($|[.[])/.test(long.slice(short.length)));
}

function readConfigFile(file: string, currentDirectory: string): string {
  const path = resolve(currentDirectory, file);
  const fail = (what: string, cause?: unknown) =>
    new RmmError('config_unreadable', `the configuration ${file} ${what}`, {
      context: { path: file },
      cause,
    });
  try {
    const found = statSync(path);
    if (found.isDirectory()) throw fail('is a directory; give the YAML file in it');
    if (!found.isFile()) throw fail('is not a plain file');
    if (found.size > maxConfigBytes)
      throw fail(`has ${found.size} bytes, more than the 4 MB a configuration may have`);
    const content = readFileSync(path);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    return text;
  } catch (error) {
    if (error instanceof RmmError) throw error;
    if (error instanceof TypeError) throw fail('is not text in UTF-8', error);
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw fail(code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`, error);
  }
}

function profileOf(
  config: GivenConfig,
  folder: string,
  sources: ReadonlyMap<string, Source>,
  problems: Problem[],
): Profile | undefined {
  try {
    return loadProfile(config.input.profile, folder);
  } catch (error) {
    if (!(error instanceof RmmError)) throw error;
    const path = 'input.profile';
    problems.push({ code: error.code, path, source: sourceOf(sources, path), message: error.message });
    return undefined;
  }
}
