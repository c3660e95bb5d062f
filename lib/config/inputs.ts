import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type GlobFileSystem, type GlobResult, glob, nodeFileSystem } from './glob.js';
import { hasMagic } from './glob-pattern.js';
import type { Source } from './located.js';
import type { Problem } from './problem.js';
import type { Config, SampleKind } from './schema/index.js';

/** One input file of a sample. */
export interface InputFile {
  /** As outputs name it: the path as given or matched, relative to the configuration file where that was. */
  readonly name: string;
  /** Where it is opened. */
  readonly path: string;
}

/** A sample with its patterns turned into files. */
export interface ResolvedSample {
  readonly name: string;
  readonly kind: SampleKind;
  readonly luminosityFb: number | undefined;
  readonly corrupt: 'leave_out' | 'keep';
  readonly files: readonly InputFile[];
}

export interface ResolvedInputs {
  readonly samples: readonly ResolvedSample[];
  readonly problems: readonly Problem[];
}

export interface InputsFileSystem extends GlobFileSystem {
  /** The same text for the same file under whatever name or link. */
  identity(path: string): string;
}

const inputsFileSystem: InputsFileSystem = {
  ...nodeFileSystem,
  identity(path) {
    const found = statSync(path, { bigint: true });
    return `${found.dev}:${found.ino}`;
  },
};

/**
 * Turns the file patterns of every sample into files. Each pattern that matches nothing, path that is
 * missing, a folder or remote, and file that is listed twice becomes a problem; nothing throws.
 */
export function resolveInputs(
  config: Config,
  folder: string,
  sources: ReadonlyMap<string, Source>,
  system: InputsFileSystem = inputsFileSystem,
): ResolvedInputs {
  const problems: Problem[] = [];
  const seen = new Map<string, { path: string; file: string }>();
  const samples = config.input.samples.map((sample, sampleIndex): ResolvedSample => {
    const files: InputFile[] = [];
    for (const [fileIndex, pattern] of sample.files.entries()) {
      const key = `input.samples[${sampleIndex}].files[${fileIndex}]`;
      const source = sources.get(key) ?? { kind: 'default' };
      const matched = matchPattern(pattern, folder, system);
      for (const { folder: refused, error } of matched.unreadable ?? []) {
        const message = `found the directory ${refused}, which cannot be read (${error}), so files that ${JSON.stringify(pattern)} matches may be left out; make it readable, or narrow the pattern`;
        problems.push({ code: 'input_folder_unreadable', path: key, source, message });
      }
      if ('code' in matched) {
        // Files of a run without end may come later.
        if (matched.code === 'input_glob_empty' && config.input.mode === 'continuous') continue;
        problems.push({ code: matched.code, path: key, source, message: matched.message });
        continue;
      }
      for (const name of matched.names) {
        const path = isAbsolute(name) ? name : join(folder, name);
        const identity = system.identity(path);
        const before = seen.get(identity);
        if (before === undefined) {
          seen.set(identity, { path: key, file: name });
          files.push({ name, path });
        } else {
          const also = before.file === name ? '' : ` as ${before.file}`;
          const message = `found the file ${name} of sample ${sample.name}, which ${before.path} (sample ${sampleNameAt(config, before.path)}) lists already${also}; expected each file once`;
          problems.push({ code: 'input_file_repeated', path: key, source, message });
        }
      }
    }
    return {
      name: sample.name,
      kind: sample.kind,
      luminosityFb: sample.luminosity_fb,
      corrupt: sample.corrupt,
      files,
    };
  });
  return { samples, problems };
}

function sampleNameAt(config: Config, path: string): string {
  const index = Number(/\[(\d+)\]/.exec(path)?.[1]);
  return config.input.samples[index]?.name ?? '?';
}

type Matched = ({ names: readonly string[] } | { code: Problem['code']; message: string }) & {
  unreadable?: GlobResult['unreadable'];
};

function matchPattern(pattern: string, folder: string, system: InputsFileSystem): Matched {
  const shown = JSON.stringify(pattern);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(pattern)) {
    const cure = pattern.startsWith('root:')
      ? 'copy it to a local disk with xrdcp and give the local path'
      : 'copy it to a local disk and give the local path';
    return {
      code: 'input_remote',
      message: `found the remote address ${shown}, expected a local file; ${cure}`,
    };
  }
  const path = isAbsolute(pattern) ? pattern : join(folder, pattern);
  const kind = system.kind(path);
  if (kind === 'file') return { names: [pattern] };
  if (kind === 'folder') {
    const cure = `write ${JSON.stringify(`${pattern.replace(/\/+$/, '')}/*.root`)} for the files in it`;
    return { code: 'input_not_a_file', message: `found the directory ${shown}, expected a file; ${cure}` };
  }
  if (kind === 'other') {
    return {
      code: 'input_not_a_file',
      message: `found ${shown}, which is neither a file nor a directory; expected a file`,
    };
  }
  if (!hasMagic(pattern)) {
    const tree = /^(.*\.root):[^/]+$/.exec(pattern)?.[1];
    const hint =
      tree !== undefined && system.kind(isAbsolute(tree) ? tree : join(folder, tree)) === 'file'
        ? `; ${JSON.stringify(tree)} does: leave the tree out, the profile names it`
        : '';
    return {
      code: 'input_file_missing',
      message: `found ${shown}, which does not exist (looked for ${path})${hint}`,
    };
  }
  try {
    const { files, folders, unreadable } = glob(pattern, folder, system);
    // Where a folder cannot be read, that is what is wrong, and not that nothing was found.
    if (files.length > 0 || unreadable.length > 0) return { names: files, unreadable };
    const only =
      folders.length > 0
        ? `only the director${folders.length === 1 ? 'y' : 'ies'} ${folders.slice(0, 3).join(', ')}`
        : 'nothing';
    return {
      code: 'input_glob_empty',
      message: `found the pattern ${shown}, which matches ${only} below ${folder}; expected at least one file`,
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return {
      code: 'input_glob_empty',
      message: `found the pattern ${shown}, whose braces unfold to more than 1,024 patterns`,
    };
  }
}
