// `npm run bench`: runs every bench beside its rivals, prints the ratios and fails where one falls below 0.8 of
// the recorded one (bench/recorded.json).
//   node bench/run.mjs [--only NAME,NAME] [--record] [-- ARGUMENT...]   arguments after -- go to every bench
// RMMSTREAM_BENCH_PYTHON names the Python with bench/python/requirements.txt (default python3), RMMSTREAM_BENCH_TORCH
// one with PyTorch (default the same; train-ratios leaves PyTorch out where it is not there).
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, setup } from '../cli/setup.mjs';

// Some machines set these for numpy: no rival gets them.
delete process.env.OPENBLAS_CORETYPE;
delete process.env.OPENBLAS_L2_SIZE;
// onnxruntime's builds for Python send usage data too.
process.env.ORT_DISABLE_TELEMETRY = '1';
const python = process.env.RMMSTREAM_BENCH_PYTHON ?? 'python3';
const compiled = (name) => join(root, 'dist', 'bench', `${name}.js`);
const withPython = ['--python', python];

function inputs() {
  const folders = [join(root, '../shared/data/mc_more'), join(root, 'samples/mc')];
  const folder = folders.find((path) => existsSync(path));
  const names = readdirSync(folder).filter((name) => name.endsWith('.root'));
  return names.map((name) => join(folder, name));
}

/** Ratios in the lines `ratio NAME: VALUE`, as our own benches print them. */
function ratioLines(output) {
  return Object.fromEntries(
    [...output.matchAll(/^ratio (.+): ([\d.]+)$/gm)].map((m) => [m[1], Number(m[2])]),
  );
}

/** From a table of bench/train-rival.ts: ratio by the clock and by processor time of our first line. */
function firstOfTable(name) {
  return (output) => {
    const line = output.match(/^ {2}rmmstream.*?([\d.]+) x +\d+ +([\d.]+) x$/m);
    return line === null ? {} : { [name]: Number(line[1]), [`${name} cpu`]: Number(line[2]) };
  };
}

const benches = [
  {
    name: 'root-reading',
    command: [process.execPath, compiled('root-reading'), ...withPython, ...inputs()],
    ratios: (output) =>
      Object.fromEntries(
        [...output.matchAll(/^(\d+) branches, (\w+) *,.*ratio ([\d.]+)$/gm)].map((m) => [
          `root-reading ${m[2]} ${m[1]} branches`,
          Number(m[3]),
        ]),
      ),
  },
  {
    name: 'rmm-kernel',
    command: [process.execPath, compiled('rmm-kernel'), '3', python],
    ratios: (output) =>
      Object.fromEntries(
        [...output.matchAll(/^(.+), million events\/s:[\s\S]*?to numba dense ([\d.]+)/gm)].map((m) => [
          `rmm-kernel ${m[1]}`,
          Number(m[2]),
        ]),
      ),
  },
  {
    name: 'train',
    command: [process.execPath, compiled('train-keras'), ...withPython],
    ratios: firstOfTable('train'),
  },
  {
    name: 'train-ratios',
    // One thread: on a busy machine the threads of a rival that wait for each other burn processor time.
    command: [process.execPath, compiled('train-ratios'), ...withPython, '--threads', '1', '--rows', '16384'],
    ratios: ratioLines,
  },
  {
    name: 'score',
    command: [process.execPath, compiled('score-rivals'), ...withPython],
    ratios: firstOfTable('score'),
  },
  {
    name: 'neighbours',
    command: [process.execPath, compiled('neighbours'), ...withPython],
    ratios: ratioLines,
  },
  {
    name: 'bump',
    command: [process.execPath, compiled('bump'), ...withPython],
    ratios: ratioLines,
  },
  {
    name: 'histogram',
    command: [process.execPath, compiled('histogram'), ...withPython],
    ratios: ratioLines,
  },
  {
    name: 'parquet-writing',
    command: [python, join(root, 'bench', 'parquet-writing.py')],
    ratios: (output) => ({
      'parquet-writing pyarrow': Number(output.match(/"rmmstream \/ fastest pyarrow, speed": ([\d.]+)/)?.[1]),
      'parquet-writing hyparquet-writer': Number(
        output.match(/"rmmstream \/ hyparquet-writer, speed": ([\d.]+)/)?.[1],
      ),
    }),
  },
  {
    name: 'features',
    command: [process.execPath, compiled('features'), ...withPython, '--events', '4000000'],
    ratios: ratioLines,
  },
  {
    name: 'end-to-end',
    command: [process.execPath, compiled('end-to-end'), ...withPython, '--events', '4000000', '--thesis'],
    ratios: ratioLines,
  },
  // These start a real Kafka: they need Java and Maven. The optional client is measured where it is, but not recorded.
  {
    name: 'kafka-client',
    command: [process.execPath, compiled('kafka-client'), '--rounds', '3'],
    ratios: ratioLines,
  },
  {
    name: 'kafka-hops',
    command: [process.execPath, compiled('kafka-hops'), ...withPython, '--events', '2000000'],
    ratios: ratioLines,
  },
  {
    name: 'metrics-cost',
    command: [process.execPath, compiled('metrics-cost'), ...withPython],
    ratios: ratioLines,
  },
  {
    name: 'live-cost',
    command: [process.execPath, compiled('live-cost'), ...withPython],
    ratios: ratioLines,
  },
  { name: 'memory', command: [process.execPath, compiled('memory'), ...withPython], ratios: ratioLines },
  {
    name: 'train-scale',
    command: [process.execPath, compiled('train-scale'), ...withPython],
    ratios: ratioLines,
  },
];

function checkPython() {
  const modules = [
    'uproot',
    'awkward',
    'boost_histogram',
    'numba',
    'onnxruntime',
    'onnx',
    'pyarrow',
    'pandas',
    'keras',
    'ROOT',
    'sklearn',
  ];
  const script = modules.map(
    (name) => `import importlib.util as u; u.find_spec('${name}') or print('${name}')`,
  );
  const found = spawnSync(python, ['-c', script.join('\n')], { encoding: 'utf8' });
  const missing = found.status === 0 ? found.stdout.trim().split('\n').filter(Boolean) : modules;
  if (missing.length === 0) return;
  const why = found.status === 0 ? `${python} lacks ${missing.join(', ')}` : `${python} does not run`;
  process.stderr.write(`The benches compare with Python, but ${why}. Make an environment and name it:

  python3 -m venv bench-python
  bench-python/bin/pip install -r bench/python/requirements.txt
  RMMSTREAM_BENCH_PYTHON=bench-python/bin/python npm run bench
`);
  process.exit(1);
}

function run({ name, command }, rest) {
  process.stdout.write(`\n== ${name}\n`);
  return new Promise((done) => {
    const child = spawn(command[0], [...command.slice(1), ...rest], {
      cwd: root,
      stdio: ['ignore', 'pipe', 2],
    });
    let output = '';
    child.stdout.on('data', (bytes) => {
      output += bytes;
      process.stdout.write(bytes);
    });
    child.on('error', (error) => done({ output, failed: error.message }));
    child.on('close', (code) => done({ output, failed: code === 0 ? undefined : `exit code ${code}` }));
  });
}

const own = process.argv.slice(2);
const rest = own.includes('--') ? own.splice(own.indexOf('--')).slice(1) : [];
const only = own.includes('--only') ? own[own.indexOf('--only') + 1].split(',') : undefined;
setup();
checkPython();
const recordFile = join(root, 'bench', 'recorded.json');
const recorded = JSON.parse(readFileSync(recordFile, 'utf8'));
const measured = {};
const failures = [];
for (const bench of benches) {
  if (only !== undefined && !only.includes(bench.name)) continue;
  const { output, failed } = await run(bench, rest);
  const ratios = bench.ratios(output);
  if (failed !== undefined) failures.push(`${bench.name}: ${failed}`);
  else if (Object.keys(ratios).length === 0) failures.push(`${bench.name}: printed no ratio`);
  Object.assign(measured, ratios);
}
process.stdout.write(`\n${'ratio (above 1 is in our favour)'.padEnd(44)} measured  recorded\n`);
for (const [name, ratio] of Object.entries(measured)) {
  const before = recorded.ratios[name];
  const low = !(ratio >= 0.8 * (before ?? 0));
  process.stdout.write(
    `${name.padEnd(44)} ${ratio.toFixed(2).padStart(8)} ${(before?.toFixed(2) ?? '-').padStart(9)}${low ? '  too low' : ''}\n`,
  );
  if (low) failures.push(`${name}: ${ratio.toFixed(2)} is below 0.8 of the recorded ${before}`);
}
if (own.includes('--record')) {
  recorded.ratios = { ...recorded.ratios, ...measured };
  writeFileSync(recordFile, `${JSON.stringify(recorded, null, 2)}\n`);
}
for (const failure of failures) process.stderr.write(`bench failed: ${failure}\n`);
process.exit(failures.length > 0 ? 1 : 0);
