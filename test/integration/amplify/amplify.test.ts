import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { type Column, openRootFile } from '../../../lib/columnar/root/index.js';
import { RootTreeWriter, type WriterColumn } from '../../../lib/columnar/root-writer/index.js';
import { amplify } from '../../../services/amplify/amplify.js';

const sample = (name: string) => join(packageRoot, 'samples', 'mc', `${name}.root`);

type Columns = Readonly<Record<string, Column>>;

/** All columns of a file by name; copies, so that several files can be held. */
async function readAll(path: string): Promise<{ readonly entries: number; readonly columns: Columns }> {
  const file = await openRootFile(path);
  const names = file.trees[0]!.branches.map((branch) => branch.name);
  const reader = file.columns(file.trees[0]!.name, names);
  const columns = structuredClone(reader.read(0, reader.entries));
  file.close();
  return {
    entries: reader.entries,
    columns: Object.fromEntries(names.map((name, at) => [name, columns[at]!])),
  };
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-amplify-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function item(column: Column, entry: number): readonly number[] {
  if (column.kind === 'scalar') return [Number(column.values[entry])];
  assert.equal(column.kind, 'jagged');
  const { offsets, values } = column as Column & { kind: 'jagged' };
  return Array.from(values.subarray(offsets[entry], offsets[entry + 1]), Number);
}

const turned = new Set([
  'lep_phi',
  'jet_phi',
  'met_phi',
  'lep_eta',
  'jet_eta',
  'lep_z0',
  'lep_trackd0pvunbiased',
]);
const rewritten = new Set(['eventNumber', 'parentEventNumber', 'SumWeights']);

/** Checks one made event against its parent: what may not change, and angles up to the two reflections. */
function checkCopy(made: Columns, at: number, given: Columns, parent: number): void {
  for (const name of Object.keys(given)) {
    if (turned.has(name) || rewritten.has(name)) continue;
    assert.deepEqual(item(made[name]!, at), item(given[name]!, parent), `${name} of event ${at}`);
  }
  const pair = (name: string) => [item(made[name]!, at), item(given[name]!, parent)] as const;
  const sign = (names: readonly string[]) => {
    const signs = new Set<number>();
    for (const name of names) {
      const [now, before] = pair(name);
      now.forEach((value, index) => {
        assert.equal(Math.abs(value), Math.abs(before[index]!), name);
        if (value !== 0) signs.add(value / before[index]!);
      });
    }
    assert.ok(signs.size <= 1, `${names.join(', ')} of event ${at} turn together`);
  };
  sign(['lep_eta', 'jet_eta', 'lep_z0']);
  sign(['lep_trackd0pvunbiased']);
  const now = ['met_phi', 'lep_phi', 'jet_phi'].flatMap((name) => pair(name)[0]);
  const before = ['met_phi', 'lep_phi', 'jet_phi'].flatMap((name) => pair(name)[1]);
  // float32 angles: half a unit in the last place of pi for each of the four.
  const close = (left: number, right: number) => Math.abs(left - right) < 1e-6;
  const mirrored = [1, -1].some((mirror) =>
    now.every((phi, index) => {
      const [delta, old] = [phi - now[0]!, mirror * (before[index]! - before[0]!)];
      return close(Math.cos(delta), Math.cos(old)) && close(Math.sin(delta), Math.sin(old));
    }),
  );
  assert.ok(mirrored, `azimuths of event ${at} turn together`);
}

test('copies keep what selection and features see, of vectors, over several files', async () => {
  await inFolder(async (folder) => {
    const inputs = [sample('higgs_zz'), sample('higgs_tautau')];
    const given = await Promise.all(inputs.map(readAll));
    const parents = given[0]!.entries + given[1]!.entries;
    const events = Math.round(2.6 * parents);
    const output = join(folder, 'out.root');
    const progress: number[] = [];
    const summary = await amplify({
      inputs,
      output,
      size: { type: 'factor', value: 2.6 },
      seed: 1,
      onProgress: (made) => progress.push(made),
    });
    assert.deepEqual([summary.events, summary.parents], [events, parents]);
    assert.equal(progress.at(-1), events);
    const made = await readAll(output);
    assert.equal(made.entries, events);
    const weights = [0, 0];
    let moved = 0;
    for (let at = 0; at < events; at += 1) {
      const file = at % parents < given[0]!.entries ? 0 : 1;
      const parent = (at % parents) - (file === 0 ? 0 : given[0]!.entries);
      const from = given[file]!.columns;
      checkCopy(made.columns, at, from, parent);
      assert.deepEqual(item(made.columns.parentEventNumber!, at), item(from.eventNumber!, parent));
      if (at < parents) assert.deepEqual(item(made.columns.lep_phi!, at), item(from.lep_phi!, parent));
      else if (item(made.columns.met_phi!, at)[0] !== item(from.met_phi!, parent)[0]) moved += 1;
      // The yield: mcWeight / SumWeights adds up to what it was.
      weights[file]! += item(made.columns.mcWeight!, at)[0]! / item(made.columns.SumWeights!, at)[0]!;
    }
    assert.ok(moved > 0.99 * (events - parents));
    const numbers = new Set(Array.from(made.columns.eventNumber!.values, Number));
    assert.equal(numbers.size, events, 'event numbers are unique');
    given.forEach(({ columns, entries }, file) => {
      let before = 0;
      for (let entry = 0; entry < entries; entry += 1) {
        before += item(columns.mcWeight!, entry)[0]! / item(columns.SumWeights!, entry)[0]!;
      }
      assert.ok(Math.abs(weights[file]! / before - 1) < 1e-6, `${weights[file]} ${before}`);
    });
  });
});

test('the same arguments give the same bytes, another seed other events, a longer run the same beginning', async () => {
  await inFolder(async (folder) => {
    const make = async (name: string, events: number, seed: number) => {
      const output = join(folder, name);
      const size = { type: 'events', value: events } as const;
      await amplify({ inputs: [sample('higgs_zz')], output, size, seed, compression: { type: 'none' } });
      return output;
    };
    const first = readFileSync(await make('a.root', 1000, 1));
    const again = readFileSync(await make('a.root', 1000, 1));
    assert.ok(first.equals(again));
    const one = await readAll(await make('b.root', 1000, 1));
    const other = await readAll(await make('c.root', 1000, 2));
    const longer = await readAll(await make('d.root', 1500, 1));
    assert.notDeepEqual(one.columns.met_phi!.values, other.columns.met_phi!.values);
    assert.deepEqual(longer.columns.met_phi!.values.subarray(0, 1000), one.columns.met_phi!.values);
  });
});

test('counted arrays stay counted, and copies of copies keep the first ancestor', async () => {
  await inFolder(async (folder) => {
    const input = join(folder, 'counted.root');
    const offsets = Int32Array.of(0, 2, 2, 5);
    const branches = [
      // The counter comes after another branch, and the first ancestor is known already.
      { name: 'met_phi', type: 'float64', form: 'flat' },
      { name: 'n', type: 'uint32', form: 'flat' },
      { name: 'lep_phi', type: 'float32', form: 'counted', counter: 'n' },
      { name: 'eventNumber', type: 'int64', form: 'flat' },
      { name: 'parentEventNumber', type: 'int64', form: 'flat' },
    ] as const;
    const columns: WriterColumn[] = [
      { values: Float64Array.of(0.5, -3, 3) },
      { values: Uint32Array.of(2, 0, 3) },
      { values: Float32Array.of(1, -1, 2, 3, -2), offsets },
      { values: BigInt64Array.of(1n, 2n, 3n) },
      { values: BigInt64Array.of(2n ** 60n + 1n, -5n, 7n) },
    ];
    const identity = { uuid: new Uint8Array(16), date: new Date('2026-01-02T03:04:05Z') };
    const writer = new RootTreeWriter({ path: input, tree: 't', branches, ...identity });
    await writer.append(columns, 0, 3);
    await writer.close();
    const output = join(folder, 'out.root');
    await amplify({ inputs: [input], output, size: { type: 'events', value: 8 }, seed: 3 });
    const file = await openRootFile(output);
    const types = Object.fromEntries(file.trees[0]!.branches.map((branch) => [branch.name, branch.typeName]));
    assert.equal(types.lep_phi, 'float[]');
    file.close();
    const made = await readAll(output);
    assert.deepEqual([...made.columns.n!.values], [2, 0, 3, 2, 0, 3, 2, 0]);
    assert.deepEqual([...made.columns.eventNumber!.values], [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
    const ancestors = [2n ** 60n + 1n, -5n, 7n];
    assert.deepEqual(
      [...made.columns.parentEventNumber!.values],
      [...ancestors, ...ancestors, ...ancestors.slice(0, 2)],
    );
    for (const at of [3, 5, 6]) {
      const [first, second] = item(made.columns.lep_phi!, at);
      const [old, oldSecond] = item({ kind: 'jagged', values: columns[2]!.values, offsets }, at % 3);
      assert.ok(Math.abs(Math.cos(first! - second!) - Math.cos(old! - oldSecond!)) < 1e-6);
    }
  });
});

test('what cannot be amplified is refused with a code, and leaves no file', async () => {
  await inFolder(async (folder) => {
    const make = async (name: string, branch: { name: string; type: 'float32' | 'int32' }) => {
      const path = join(folder, name);
      const branches = [{ ...branch, form: 'flat' } as const];
      const identity = { uuid: new Uint8Array(16), date: new Date('2026-01-02T03:04:05Z') };
      const writer = new RootTreeWriter({ path, tree: 't', branches, ...identity });
      await writer.append(
        [{ values: branch.type === 'int32' ? Int32Array.of(1) : Float32Array.of(1) }],
        0,
        1,
      );
      await writer.close();
      return path;
    };
    const nameless = await make('nameless.root', { name: 'met_phi', type: 'float32' });
    const numbered = await make('numbered.root', { name: 'eventNumber', type: 'int32' });
    const output = join(folder, 'out.root');
    const size = { type: 'events', value: 10 } as const;
    const attempt = (inputs: readonly string[], to = output) =>
      amplify({ inputs, output: to, size, seed: 1 });
    await assert.rejects(attempt([nameless]), { code: 'amplify_branch_missing' });
    await assert.rejects(attempt([numbered, nameless]), { code: 'amplify_branches_differ' });
    await assert.rejects(attempt([numbered], numbered), { code: 'amplify_output_is_input' });
    await assert.rejects(attempt([join(folder, 'absent.root')]), { code: 'root_file_missing' });
    // What a killed command left is swept with what this one leaves.
    writeFileSync(join(folder, '.out.root.0123456789ab.tmp'), '');
    const aborted = AbortSignal.abort();
    await assert.rejects(amplify({ inputs: [numbered], output, size, seed: 1, signal: aborted }), {
      code: 'interrupted',
    });
    assert.deepEqual(readdirSync(folder).sort(), ['nameless.root', 'numbered.root']);
  });
});
