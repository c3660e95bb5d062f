import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { quick, runWell, sampleFile, shipped, smallSamples, writeConfig } from '../support/small-run.js';

/*
 * Reports of more than one run: the same run twice, as if its twin had read other files, is twice the events and twice
 * the luminosity of data, and nothing else changes; a run with another model stands beside it in a table.
 */

/** What nobody should name a file. */
const hostile = `=1+1|<img src=x onerror=alert(1)>'"q" & \`c\`.root`;
const folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
const [out, twin, other] = ['out', 'twin', 'other'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

interface Json {
  readonly runs: readonly { readonly joined: boolean; readonly events_scored: number }[];
  // biome-ignore lint/suspicious/noExplicitAny: what report.json holds is what is tested.
  readonly sections: Record<string, { readonly data: any }>;
}

async function report(directories: readonly string[], name: string): Promise<Json> {
  await runWell(['report', ...directories, '--output', join(folder, name)], folder);
  return JSON.parse(readFileSync(join(folder, name, 'report.json'), 'utf8')) as Json;
}

let single: Json;
let joined: Json;

before(async () => {
  copyFileSync(sampleFile('mc/ttbar'), join(folder, hostile));
  const [zee, , signal] = smallSamples;
  const samples = [
    zee!,
    // A pattern, since the name itself has letters that patterns know.
    { name: 'ttbar', kind: 'background' as const, files: ['=*.root'] },
    signal!,
    { ...shipped('data/periodA', 'data'), luminosity_fb: 0.00146 },
  ];
  await runWell(['run', writeConfig(folder, samples), '--output', out]);
  const { training } = quick;
  const seeded = { ...quick, training: { ...training, seed: 7 } };
  await runWell(['run', writeConfig(folder, samples.slice(0, 3), seeded, 'other.yaml'), '--output', other]);
  cpSync(out, twin, { recursive: true });
  const record = JSON.parse(readFileSync(join(twin, 'run.json'), 'utf8'));
  for (const input of record.inputs) input.fingerprint = [...input.fingerprint].reverse().join('');
  writeFileSync(join(twin, 'run.json'), JSON.stringify(record));
  single = await report([out], 'single');
  joined = await report([out, twin, other], 'joined');
});
after(() => rmSync(folder, { recursive: true, force: true }));

function near(found: number, wanted: number, what: string): void {
  assert.ok(Math.abs(found - wanted) <= 1e-9 * Math.abs(wanted), `${what}: ${found}, expected ${wanted}`);
}

test('a run joined with its twin has twice the events of every sample, at every cut and in every score', () => {
  assert.deepEqual(
    joined.runs.map(({ joined: isJoined }) => isJoined),
    [true, true, false],
  );
  const flows = single.sections['cut-flow']!.data;
  for (const [row, { sample, entries, cuts }] of flows.entries()) {
    const both = joined.sections['cut-flow']!.data[row];
    assert.equal(both.sample, sample);
    assert.equal(both.entries, 2 * entries);
    for (const [step, { raw, weighted }] of cuts.entries()) {
      assert.equal(both.cuts[step].raw, 2 * raw);
      near(both.cuts[step].weighted, 2 * weighted, `${sample} after cut ${step}`);
    }
  }
  const scores = Object.keys(single.sections.errors!.data);
  assert.ok(scores.includes('error'));
  for (const score of scores) {
    for (const [name, found] of Object.entries<{ yield: number; rows: number }>(
      single.sections.errors!.data[score].samples,
    )) {
      const both = joined.sections.errors!.data[score].samples[name];
      near(both.yield, 2 * found.yield, `${score} of ${name}`);
      assert.equal(both.rows, 2 * found.rows);
    }
  }
});

test('what does not depend on the number of events is that of the run alone', () => {
  const [one, two] = [single, joined].map(({ sections }) => sections.events!.data.events[0]) as [
    { event: string; background_above: number },
    { event: string; background_above: number },
  ];
  assert.equal(two.event, one.event);
  near(two.background_above, one.background_above, 'share of the background above the first event');
  const fullOf = ({ sections }: Json) =>
    sections.cells!.data.regions.filter(
      ({ events, drawn }: { events: number; drawn: number }) => events === drawn,
    );
  const alone = fullOf(single);
  assert.ok(alone.length > 3);
  for (const { region, process, events, mean } of alone) {
    const both = joined.sections.cells!.data.regions.find(
      (found: { region: string; process: string }) => found.region === region && found.process === process,
    );
    assert.equal(both.events, 2 * events);
    assert.ok(Math.abs(both.mean - mean) <= 1e-5 * mean, `${region} ${process}: ${both.mean}, ${mean}`);
  }
});

test('a run with another model is in a table beside the first, and in no number', () => {
  const csv = readFileSync(join(folder, 'joined', 'tables', 'compared-runs.csv'), 'utf8');
  const [head, row] = csv.trim().split('\r\n');
  assert.match(head!, /other: error/);
  const values = row!.split(',');
  assert.equal(values[0], 'zprime2000_mumu');
  const [ours, theirs] = [values[5], values.at(-2)].map(Number) as [number, number];
  assert.ok(ours > 0.5 && theirs > 0.5 && ours !== theirs, csv);
  const provenance = joined.sections.provenance!.data;
  assert.equal(provenance.joined.length, 2);
  assert.equal(provenance.compared.length, 1);
  const page = readFileSync(join(folder, 'joined', 'report.html'), 'utf8');
  assert.match(page, /2 runs; samples: 2 background, 1 signal, 1 data/);
});

test('the name of a file is text in every output, whatever it looks like', () => {
  const path = join(folder, 'joined');
  const page = readFileSync(join(path, 'report.html'), 'utf8');
  assert.ok(page.includes('=1+1|&lt;img src=x onerror=alert(1)&gt;'));
  assert.doesNotMatch(page, /<img|<script/);
  assert.doesNotMatch(page.replaceAll(/class="undefined"|\.undefined/g, ''), /NaN|undefined|Infinity/);
  const markdown = readFileSync(join(path, 'report.md'), 'utf8');
  assert.doesNotMatch(markdown, /[^\\]<img/);
  const named = readdirSync(join(path, 'tables'))
    .map((name) => readFileSync(join(path, 'tables', name), 'utf8'))
    .filter((csv) => csv.includes('img src=x'));
  assert.ok(named.length >= 2, 'tables of events and of inputs');
  for (const csv of named) assert.doesNotMatch(csv, /(^|[,\n])"?=/);
});
