/*
 * ROOT to typed columns, one thread, against uproot in the same run, for each codec.
 * usage: node dist/bench/root-reading.js [--python PYTHON] [--folder FOLDER] [--repeats N] FILE.root ...
 * The files (../shared/data/mc_more/*.root for the recorded figures) are merged and written anew by ROOT in
 * each codec into FOLDER (a temporary one by default; files that are there are used again).
 * Prints the best CPU time an event of N repeats for both, alternating, and their ratio.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { packageRoot } from '../lib/base/package-root.js';
import { openRootFile } from '../lib/columnar/root/index.js';

const fifteen =
  'runNumber eventNumber mcWeight scaleFactor_PILEUP met_et met_phi lep_pt lep_eta lep_phi lep_E lep_charge jet_pt jet_eta jet_phi jet_E'.split(
    ' ',
  );
/** What the profile atlas-open-data-2020 reads. */
const product =
  'runNumber eventNumber channelNumber mcWeight scaleFactor_PILEUP scaleFactor_ELE scaleFactor_MUON scaleFactor_LepTRIGGER scaleFactor_BTAG XSection SumWeights met_et met_phi trigE trigM lep_pt lep_eta lep_phi lep_E lep_charge lep_type lep_ptcone30 lep_etcone20 lep_trackd0pvunbiased lep_tracksigd0pvunbiased lep_z0 lep_isTightID jet_pt jet_eta jet_phi jet_E jet_jvt jet_MV2c10'.split(
    ' ',
  );
const codecs = ['zlib', 'lz4', 'zstd', 'lzma', 'none'];
const rangeEntries = 8192;

/** Reads the branches once in ranges of 8,192 entries; CPU seconds and events. */
async function readOnce(
  path: string,
  branches: readonly string[],
): Promise<{ events: number; seconds: number }> {
  const start = process.cpuUsage();
  const file = await openRootFile(path);
  const reader = file.columns('mini', branches);
  for (let first = 0; first < reader.entries; first += rangeEntries) {
    reader.read(first, Math.min(rangeEntries, reader.entries - first));
  }
  const { entries } = reader;
  file.close();
  const { user, system } = process.cpuUsage(start);
  return { events: entries, seconds: (user + system) / 1e6 };
}

/** One line of the rival's answers at a time. */
function lines(child: ChildProcessWithoutNullStreams): () => Promise<string> {
  const iterator = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => String((await iterator.next()).value);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      python: { type: 'string', default: 'python3' },
      folder: { type: 'string' },
      repeats: { type: 'string', default: '7' },
      codecs: { type: 'string', default: codecs.join(',') },
    },
  });
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'rmmstream-bench-'));
  const script = join(packageRoot, 'bench', 'root-reading.py');
  try {
    if (codecs.some((codec) => !existsSync(join(folder, `${codec}.root`)))) {
      execFileSync(values.python, [script, 'prepare', folder, ...positionals], { stdio: 'ignore' });
    }
    for (const branches of [fifteen, product]) {
      for (const codec of values.codecs.split(',')) {
        const path = join(folder, `${codec}.root`);
        const rival = spawn(values.python, [script, 'read', 'mini', branches.join(','), path]);
        const answer = lines(rival);
        await answer();
        let ours = Number.POSITIVE_INFINITY;
        let theirs = Number.POSITIVE_INFINITY;
        let events = 0;
        for (let repeat = 0; repeat < Number(values.repeats); repeat += 1) {
          const once = await readOnce(path, branches);
          rival.stdin.write('again\n');
          const [rivalEvents, rivalSeconds] = (await answer()).split(' ').map(Number);
          if (rivalEvents !== once.events)
            throw new Error(`${once.events} events, uproot reads ${rivalEvents}`);
          events = once.events;
          ours = Math.min(ours, (once.seconds / once.events) * 1e6);
          theirs = Math.min(theirs, (rivalSeconds! / rivalEvents) * 1e6);
        }
        rival.stdin.end();
        process.stdout.write(
          `${branches.length} branches, ${codec.padEnd(4)}, ${events} events: ours ${ours.toFixed(3)}, uproot ${theirs.toFixed(3)} microseconds an event; ratio ${(theirs / ours).toFixed(2)}\n`,
        );
      }
    }
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

await main();
