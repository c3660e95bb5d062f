import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { withLock } from './lock.js';
import { pom } from './pom.js';

/** A downloaded Apache Kafka: what is needed to start one of its Java programs. */
export interface Distribution {
  readonly folder: string;
  /** Class path of every program; always in the same order, or the class archive does not apply. */
  readonly classPath: string;
  /** Archive of parsed classes; the broker starts in a third of the time with it. */
  readonly archive: string;
}

const leastJava = 17;

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function cacheFolder(): string {
  const chosen = process.env.RMMSTREAM_CACHE_DIR;
  if (chosen !== undefined && chosen !== '') return chosen;
  const xdg = process.env.XDG_CACHE_HOME;
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'rmmstream');
}

/** Version of the Java on the path, or why it does not do. */
function findJava(): { readonly version: string } | { readonly missing: string } {
  if (process.platform === 'win32') return { missing: 'a Unix shell is needed to run Apache Kafka' };
  if (!onPath('java')) return { missing: `Java ${leastJava} or newer is not installed` };
  const result = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = /version "([^"]+)"/.exec(result.stderr)?.[1];
  if (version === undefined) return { missing: 'java -version does not answer' };
  if (Number.parseInt(version, 10) < leastJava)
    return { missing: `Java ${version} is too old, ${leastJava} is needed` };
  return { version };
}

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`${command} ended with code ${code}: ${output.trim().split('\n').slice(0, 3).join(' ')}`),
        );
    });
  });
}

async function fetchJars(cache: string, jars: string): Promise<void> {
  const work = await mkdtemp(join(cache, 'fetch-'));
  try {
    await writeFile(join(work, 'pom.xml'), pom);
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=jars'], work);
    // Another process may have been as quick.
    await rename(join(work, 'jars'), jars).catch((error) => {
      if (!existsSync(jars)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Starts and ends a broker so that the class archive of the distribution comes into being. */
export type MakeArchive = (distribution: Distribution) => Promise<void>;

/**
 * Apache Kafka from Maven Central, kept in the user's cache folder: downloaded once, also when several test
 * processes start at the same time. Or the reason why there is none.
 */
export async function findDistribution(
  version: string,
  makeArchive: MakeArchive,
): Promise<Distribution | { readonly missing: string }> {
  const java = findJava();
  if ('missing' in java) return java;
  const cache = cacheFolder();
  const folder = join(cache, `kafka-${version}`);
  const jars = join(folder, 'jars');
  const archive = join(folder, `classes-${java.version}.jsa`);
  try {
    await mkdir(folder, { recursive: true });
    if (!existsSync(jars) || !existsSync(archive)) {
      await withLock(join(folder, 'lock'), async () => {
        if (!existsSync(jars)) {
          if (!onPath('mvn')) throw new Error('Maven (mvn), which downloads it, is not installed');
          await fetchJars(folder, jars);
        }
        if (!existsSync(archive)) {
          const unfinished = `${archive}.${process.pid}`;
          await makeArchive(await describe(folder, jars, unfinished));
          await rename(unfinished, archive);
        }
      });
    }
    return await describe(folder, jars, archive);
  } catch (error) {
    return { missing: `Apache Kafka ${version} is not to be had: ${(error as Error).message}` };
  }
}

async function describe(folder: string, jars: string, archive: string): Promise<Distribution> {
  const names = (await readdir(jars)).filter((name) => name.endsWith('.jar')).sort();
  return { folder, archive, classPath: names.map((name) => join(jars, name)).join(delimiter) };
}
