import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { instance } from '@viz-js/viz';
import { inFolder, runCli } from '../../support/cli.js';
import { copyRootFile } from '../../support/root-copy.js';
import { runWell, sampleFile, shipped, writeConfig } from '../../support/small-run.js';
import { readMermaid } from '../../unit/graph/read-mermaid.js';

interface GraphJson {
  readonly text: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly kind: string;
    readonly lines: readonly string[];
  }[];
}

test('the graph of a run in one process shows the files that the run leaves, and no others', () =>
  inFolder(async (folder) => {
    const broken = join(folder, 'broken.root');
    await copyRootFile({
      from: sampleFile('mc/zprime2000_mumu'),
      to: broken,
      change: (branch, { values }) => {
        if (branch === 'mcWeight') (values as Float32Array).set([Number.NaN], 5);
      },
    });
    const config = writeConfig(folder, [
      shipped('mc/zee', 'background'),
      shipped('mc/ttbar', 'background'),
      { name: 'broken', kind: 'signal', files: [broken] },
    ]);
    const { stdout } = await runWell(['graph', config, '--json']);
    const { nodes, text } = JSON.parse(stdout) as GraphJson;
    assert.equal(readMermaid(text).nodes.size, nodes.length);
    const drawn = nodes.filter(({ kind }) => kind === 'files').map(({ lines }) => lines[0]!);

    const out = join(folder, 'out');
    await runWell(['run', config, '--output', out]);
    const left = readdirSync(out).filter((name) => !name.startsWith('.'));
    assert.deepEqual(drawn.filter((path) => !path.startsWith('.')).sort(), left.sort());
    // Of what a restart needs, megasets and checkpoint are deleted when the run is finished.
    for (const path of ['.work/weighed', '.work/moments']) {
      assert.ok(drawn.includes(path), path);
      assert.ok(existsSync(join(out, path)), path);
    }
  }));

test('graph needs neither input files nor a broker, and prints what dot draws', () =>
  inFolder(async (folder) => {
    const config = writeConfig(folder, [{ name: 'gone', kind: 'background', files: ['gone/*.root'] }], {
      engine: { type: 'kafka', brokers: ['127.0.0.1:1'] },
      kafka: { prefix: 'mine' },
    });
    const { stdout } = await runWell(['graph', config, '--format', 'dot']);
    const viz = await instance();
    const svg = viz.renderString(stdout, { format: 'svg' });
    for (const topic of ['events', 'models', 'dead-letters'])
      assert.ok(svg.replaceAll('&#45;', '-').includes(`>mine.${topic}<`), topic);
    const { code, stderr } = await runCli(['graph', config, '--format', 'svg']);
    assert.equal(code, 2);
    assert.match(stderr, /--format svg: expected mermaid or dot/);
  }));
