import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { parseHTML } from 'linkedom';
import { browserSkip, startBrowser } from '../support/browser.js';
import { inFolder } from '../support/cli.js';
import { quick, runWell, sampleFile, shipped, writeConfig } from '../support/small-run.js';

/** A name that a page which took it for HTML would run, and would load from. */
const hostileSample = '<img src=x onerror="window.seen=1">';
/** The same as a file name, which has no slash; and a line end, which file names may have. */
const hostileFile = '"><svg onload=window.seen=2>\n<script>window.seen=3<!--.root';

/** What is needed of a parsed page; this project has no DOM types. */
interface Page {
  readonly body: { readonly textContent: string };
  querySelectorAll(selector: string): Iterable<{ readonly attributes: Iterable<{ readonly name: string }> }>;
}

/** Gives a sample of a finished run another name in everything that a report reads. */
async function renameSample(out: string, from: string, to: string): Promise<void> {
  for (const name of ['run.json', 'cutflow.json']) {
    const path = join(out, name);
    const text = readFileSync(path, 'utf8').replaceAll(JSON.stringify(from), JSON.stringify(to));
    writeFileSync(path, text);
  }
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const sql = (text: string) => `'${text.replaceAll("'", "''")}'`;
  for (const name of readdirSync(join(out, 'scores')).filter((file) => file.startsWith(from))) {
    const path = join(out, 'scores', name);
    await connection.run(
      `copy (select * replace (case sample when ${sql(from)} then ${sql(to)} else sample end as sample) from read_parquet(${sql(path)})) to ${sql(`${path}.new`)} (format parquet)`,
    );
    renameSync(`${path}.new`, path);
  }
  connection.closeSync();
}

test('the report of a run whose sample and file have names like HTML shows them as names', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'in'));
    const file = join(folder, 'in', hostileFile);
    copyFileSync(sampleFile('mc/ttbar'), file);
    const out = join(folder, 'out');
    const samples = [
      shipped('mc/zee', 'background'),
      { name: 'ttbar', kind: 'background' as const, files: ['in/*.root'] },
      shipped('mc/zprime2000_mumu', 'signal'),
    ];
    await runWell(['run', writeConfig(folder, samples, quick), '--output', out], folder);
    await renameSample(out, 'zprime2000_mumu', hostileSample);
    await runWell(['report', out], folder);
    const path = join(out, 'report', 'report.html');
    const html = readFileSync(path, 'utf8');
    const document = parseHTML(html).document as unknown as Page;
    assert.ok(document.body.textContent.includes(hostileSample), 'the sample is on the page');
    assert.ok(document.body.textContent.includes('"><svg onload=window.seen=2>'), 'the file is on the page');
    assert.equal([...document.querySelectorAll('img, script, iframe, object, embed')].length, 0);
    for (const element of document.querySelectorAll('*'))
      for (const { name } of element.attributes) assert.ok(!name.startsWith('on'), name);

    // Files beside the page are named after samples, and stay in their folders.
    const names = readdirSync(join(out, 'report'), { recursive: true }).map(String);
    assert.deepEqual(
      names.filter((name) => !/^[\w.-]+(\/[\w.-]+)?$/.test(name)),
      [],
    );
    assert.deepEqual(readdirSync(folder).sort(), ['analysis.yaml', 'in', 'out']);

    if (browserSkip !== false) return;
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
      });
      await page.goto(pathToFileURL(path).href);
      assert.equal(await page.evaluate('window.seen'), undefined);
      assert.ok(String(await page.evaluate('document.body.innerText')).includes(hostileSample));
      assert.deepEqual(complaints, []);
      // Figures and tables of their own are pages too.
      for (const name of names.filter((one) => one.endsWith('.svg'))) {
        await page.goto(pathToFileURL(join(out, 'report', name)).href);
        assert.equal(await page.evaluate('window.seen'), undefined, name);
      }
    } finally {
      await browser.close();
    }
    assert.ok(existsSync(path));
  }));
