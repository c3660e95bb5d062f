import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { RmmError } from '../base/error.js';
import { packageRoot } from '../base/package-root.js';
import { didYouMean } from './nearest.js';
import { describeProblem, orderProblems } from './problem.js';
import { type Profile, profileNode } from './profile-schema.js';
import { readYaml } from './read-yaml.js';
import { validate } from './validate.js';

const profilesFolder = join(packageRoot, 'schemas', 'profiles');
const maxProfileBytes = 1 << 20;

/** Names of the profiles that ship with rmmstream, sorted. */
export function profileNames(folder: string = profilesFolder): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * Loads a profile by its name in schemas/profiles, or, when `name` ends in .yaml or .yml, from a file
 * relative to `folder` (that of the configuration file).
 * @throws profile_unknown, profile_invalid
 */
export function loadProfile(name: string, folder: string): Profile {
  const isPath = /\.ya?ml$/.test(name);
  const known = profileNames();
  if (!isPath && !known.includes(name)) {
    throw new RmmError(
      'profile_unknown',
      `found the profile ${JSON.stringify(name)}, expected one of ${known.join(', ')}, or the path of a .yaml file${didYouMean(name, known)}`,
      { context: { profile: name } },
    );
  }
  const path = isPath ? (isAbsolute(name) ? name : join(folder, name)) : join(profilesFolder, `${name}.yaml`);
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const detail = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RmmError('profile_unknown', `the profile file ${path} cannot be read (${detail})`, {
      context: { profile: name, path },
      cause: error,
    });
  }
  if (content.length > maxProfileBytes) {
    throw new RmmError('profile_invalid', `the profile file ${path} is larger than 1 MB`, {
      context: { path },
    });
  }
  return parseProfile(content, isPath ? name : `${name}.yaml`);
}

/**
 * A profile from its text; `file` is what messages call it.
 * @throws profile_invalid with every problem
 */
export function parseProfile(content: string, file: string): Profile {
  const read = readYaml(content, (line, column) => ({ kind: 'file', file, line, column }));
  const validated = validate(profileNode, read.root);
  // After a syntax error everything would seem to be missing.
  const problems = read.problems.length > 0 ? [...read.problems] : [...validated.problems];
  const profile = validated.value as unknown as Profile;
  if (problems.length === 0) {
    const names = profile.triggers.map((trigger) => trigger.name);
    for (const [index, trigger] of profile.default_triggers.entries()) {
      if (names.includes(trigger)) continue;
      const path = `default_triggers[${index}]`;
      const source = validated.sources.get(path) ?? { kind: 'default' };
      const message = `found ${JSON.stringify(trigger)}, expected the name of one of triggers: ${names.join(', ')}`;
      problems.push({ code: 'profile_invalid', path, source, message });
    }
  }
  if (problems.length > 0) {
    const lines = orderProblems(problems).map(describeProblem);
    throw new RmmError('profile_invalid', `the profile ${file} is not valid:\n  ${lines.join('\n  ')}`, {
      context: { profile: file, problems: lines },
    });
  }
  return profile;
}
