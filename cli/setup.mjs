// Brings a clone to the point where it can run: dependencies, then the build. Plain JavaScript
// without imports from node_modules, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
// What runs in a browser knows other globals than what runs in Node.
const projects = [root, join(root, 'services', 'live', 'page')];
const sourceFolders = ['lib', 'services', 'cli', 'bench', 'test'];

function fail(message) {
  process.stderr.write(`rmmstream set-up: ${message}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(
      `Node ${process.versions.node} is too old; 20.19 or newer is needed. Install a current Node and run the command again.`,
    );
  }
}

function run(what, command, args) {
  // npm is a .cmd file on Windows, which only a shell starts.
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.error) fail(`${what} could not start (${result.error.message}).`);
  if (result.status !== 0) fail(`${what} failed with exit code ${result.status}; see its output above.`);
}

/** A fingerprint of what the build reads: paths, sizes and contents of every TypeScript file. */
function sourceFingerprint() {
  const hash = createHash('sha256');
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('.ts') || entry.name === 'tsconfig.json')
        hash
          .update(`${path.slice(root.length)}\0`)
          .update(readFileSync(path))
          .update('\0');
    }
  };
  for (const folder of sourceFolders) if (existsSync(join(root, folder))) walk(join(root, folder));
  hash.update(readFileSync(join(root, 'tsconfig.json')));
  return hash.digest('hex');
}

function ensureDependencies() {
  const modules = join(root, 'node_modules');
  // A linked folder (a second working tree of the same clone) belongs to somebody else: leave it alone.
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) return;
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const stamp = join(modules, '.rmmstream-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('rmmstream set-up: installing dependencies (once) ...\n');
  run('npm ci', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}

function ensureBuild(force) {
  const wanted = sourceFingerprint();
  const stamp = join(root, 'dist', '.sources');
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('rmmstream set-up: building ...\n');
  // Files of deleted sources must not linger: a stale test would still run.
  if (existsSync(join(root, 'dist')) && statSync(join(root, 'dist')).isDirectory())
    rmSync(join(root, 'dist'), { recursive: true });
  mkdirSync(join(root, 'dist'), { recursive: true });
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const project of projects) run('the TypeScript build', process.execPath, [compiler, '-p', project]);
  writeFileSync(stamp, wanted);
}

export function setup({ force = false } = {}) {
  checkNode();
  ensureDependencies();
  ensureBuild(force);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup({ force: process.argv.includes('--build') });
