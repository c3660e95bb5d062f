import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type LoadedConfig, loadConfig, type ResolvedSample } from '../../../lib/config/index.js';

type Section = Readonly<Record<string, unknown>>;
type Whole = Readonly<Record<string, Section>>;

export function loadFile(file: string, currentDirectory: string): LoadedConfig {
  return loadConfig({ file, environment: {}, currentDirectory, needs: 'background' });
}

/**
 * Writes a configuration like another one.
 * @param filesOf paths of the files of a sample
 * @param changed sections that take the place of those in the file, key by key
 */
export async function deriveConfig(
  file: string,
  to: string,
  filesOf: (sample: ResolvedSample) => readonly string[] | Promise<readonly string[]>,
  changed: Whole,
): Promise<void> {
  const { samples } = loadFile(file, join(to, '..'));
  const given = parse(readFileSync(file, 'utf8')) as Whole;
  const list = given.input!.samples as readonly (Section & { readonly name: string })[];
  const withFiles = [];
  for (const sample of list)
    withFiles.push({ ...sample, files: await filesOf(samples.find(({ name }) => name === sample.name)!) });
  const sections: Record<string, unknown> = { ...given, input: { ...given.input, samples: withFiles } };
  for (const [name, section] of Object.entries(changed))
    sections[name] = { ...(sections[name] as Section | undefined), ...section };
  writeFileSync(to, JSON.stringify(sections, null, 1));
}
