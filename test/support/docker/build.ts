import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import type { Instruction, Stage } from './dockerfile.js';

export interface BuildOptions {
  readonly stages: readonly Stage[];
  /** The folder that the builder is given. */
  readonly context: string;
  /** Paths of the context that the builder does not see. */
  readonly ignored: (path: string) => boolean;
  /** A new folder for the stages; each gets a root of its own below it. */
  readonly folder: string;
}

/** What the last stage says of the image. */
export interface Image {
  /** The image's own files: what its base image brings is not there. */
  readonly root: string;
  /** Uid and gid. */
  readonly user: readonly [number, number];
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Made {
  readonly root: string;
  workdir: string;
  user: readonly [number, number];
  entrypoint: readonly string[];
  command: readonly string[];
  healthcheck: readonly string[];
  readonly environment: Record<string, string>;
}

/** Does by hand what a Dockerfile says, on this machine's Node, below a folder in place of a root file system. */
export function buildByHand(options: BuildOptions): Image {
  const made = new Map<string, Made>();
  let last: Made | undefined;
  for (const [index, stage] of options.stages.entries()) {
    const root = join(options.folder, `stage-${index}`);
    mkdirSync(root);
    last = {
      root,
      workdir: '/',
      user: [0, 0],
      entrypoint: [],
      command: [],
      healthcheck: [],
      environment: {},
    };
    made.set(stage.name ?? String(index), last);
    for (const instruction of stage.instructions) perform(instruction, last, made, options);
  }
  return last!;
}

function perform(
  instruction: Instruction,
  stage: Made,
  made: Map<string, Made>,
  options: BuildOptions,
): void {
  const { name, text, words, line } = instruction;
  switch (name) {
    case 'WORKDIR':
      stage.workdir = posix.resolve(stage.workdir, text);
      mkdirSync(join(stage.root, stage.workdir), { recursive: true });
      break;
    case 'COPY':
      copy(instruction, stage, made, options);
      break;
    case 'RUN':
      run(instruction, stage);
      break;
    case 'USER': {
      const [uid, gid] = text.split(':').map(Number);
      stage.user = [uid!, gid!];
      break;
    }
    case 'ENTRYPOINT':
      stage.entrypoint = words ?? [];
      break;
    case 'CMD':
      stage.command = words ?? [];
      break;
    case 'HEALTHCHECK':
      stage.healthcheck = words ?? [];
      break;
    case 'ENV':
      for (const [, key, value] of text.matchAll(/([A-Za-z_]\w*)=(\S+)/g)) stage.environment[key!] = value!;
      break;
    case 'LABEL':
    case 'EXPOSE':
    case 'STOPSIGNAL':
      break;
    default:
      throw new Error(`line ${line}: ${name} is not known here; teach it to test/support/docker/build.ts`);
  }
}

function copy(
  { flags, text, line }: Instruction,
  stage: Made,
  made: Map<string, Made>,
  options: BuildOptions,
): void {
  const words = text.split(/\s+/);
  const sources = words.slice(0, -1);
  const into = words.at(-1)!;
  const from = flags.from === undefined ? undefined : made.get(flags.from);
  if (flags.from !== undefined && from === undefined) throw new Error(`line ${line}: no stage ${flags.from}`);
  for (const source of sources) {
    const path = join(from?.root ?? options.context, source);
    const filter = from === undefined ? visible(options) : () => true;
    if (!existsSync(path) || !filter(path))
      throw new Error(`line ${line}: COPY of ${source}, which the builder does not see`);
    const target = posix.resolve(stage.workdir, into);
    // A folder is copied by its contents, a file into a folder that ends with a slash.
    const inside = !statSync(path).isDirectory() && (into.endsWith('/') || sources.length > 1);
    const place = join(stage.root, inside ? posix.join(target, basename(source)) : target);
    mkdirSync(dirname(place), { recursive: true });
    cpSync(path, place, { recursive: true, filter, verbatimSymlinks: true, preserveTimestamps: true });
    if (flags.chown !== undefined) own(place, flags.chown);
  }
}

function visible({ context, ignored }: BuildOptions): (path: string) => boolean {
  return (path) => {
    const relative = path.slice(context.length + 1);
    return statSync(path).isDirectory() ? holdsVisible(path, context, ignored) : !ignored(relative);
  };
}

/** A folder that is ignored may hold files that are not. */
function holdsVisible(folder: string, context: string, ignored: (path: string) => boolean): boolean {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory()
      ? holdsVisible(path, context, ignored)
      : !ignored(path.slice(context.length + 1));
  });
}

/** Gives a path to a user where we may; whoever is not root is that user already. */
function own(path: string, owner: string): void {
  if (process.getuid?.() !== 0) return;
  const [uid, gid] = owner.split(':').map(Number);
  for (const name of ['', ...readdirSync(path, { recursive: true }).map(String)])
    chownSync(join(path, name), uid!, gid!);
}

function run({ text, line }: Instruction, stage: Made): void {
  const result = spawnSync('/bin/sh', ['-c', text], {
    cwd: join(stage.root, stage.workdir),
    env: { ...process.env, ...stage.environment, npm_config_prefer_offline: 'true' },
    encoding: 'utf8',
  });
  if (result.status !== 0)
    throw new Error(`line ${line}: ${text}\nended with ${result.status}\n${result.stdout}${result.stderr}`);
}

/** Takes the right to write from everybody below a folder: even its owner cannot change it. */
export function makeReadOnly(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadOnly(path);
    else if (!entry.isSymbolicLink()) chmodSync(path, statSync(path).mode & ~0o222);
  }
  chmodSync(folder, statSync(folder).mode & ~0o222);
}
