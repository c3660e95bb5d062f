import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileNames } from '../../../services/report/render/file-names.js';
import { writeReport } from '../../../services/report/render/write-report.js';
import type { Section } from '../../../services/report/section.js';
import { inFolder } from '../../support/cli.js';
import { madeFacts, madeFigure, madeSections, madeTable } from '../../support/made-sections.js';

const settings = { score: 'error' } as never;
const { signal } = new AbortController();

const write = (path: string, sections: readonly Section[], by = signal) =>
  writeReport(path, sections, madeFacts, settings, by);

const filesOf = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();

test('a report is a page, Markdown, JSON, tables, figures and histograms', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'report');
    await write(path, madeSections);
    assert.deepEqual(filesOf(path), [
      'figures/a-figure.png',
      'figures/a-figure.svg',
      'figures/small-2.png',
      'figures/small-2.svg',
      'figures/small.png',
      'figures/small.svg',
      'histograms/a-figure.json',
      'report.html',
      'report.json',
      'report.md',
      'tables/numbers.csv',
    ]);
    const json = JSON.parse(readFileSync(join(path, 'report.json'), 'utf8'));
    assert.deepEqual(json.sections.first, { title: 'First <section>', data: { answer: 42 } });
    assert.deepEqual([json.program, json.settings], ['rmmstream 0.0.0', { score: 'error' }]);
    assert.deepEqual(JSON.parse(readFileSync(join(path, 'histograms/a-figure.json'), 'utf8')), {
      counts: { uhi_schema: 1 },
    });
    assert.deepEqual(readdirSync(folder), ['report']);
  });
});

test('a new report takes the place of the old one as a whole, and a broken one of nothing', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'report');
    await write(path, madeSections);
    await write(path, []);
    assert.deepEqual(filesOf(path), ['report.html', 'report.json', 'report.md']);
    const before = readFileSync(join(path, 'report.html'), 'utf8');
    const broken = madeFigure('broken', { svg: '<svg width="10" height="10"><g></svg>' });
    const sections = [{ id: 'one', title: 'One', blocks: [broken], data: null }];
    await assert.rejects(write(path, sections));
    const stopped = new AbortController();
    stopped.abort();
    await assert.rejects(write(path, madeSections, stopped.signal), { name: 'AbortError' });
    assert.equal(readFileSync(join(path, 'report.html'), 'utf8'), before);
    assert.deepEqual(readdirSync(folder), ['report']);
  });
});

test('a folder that holds something else is never replaced', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'home');
    mkdirSync(path);
    await write(path, []);
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'letter.txt'), 'dear');
    await assert.rejects(write(other, []), { code: 'report_folder_foreign' });
    writeFileSync(join(other, 'report.json'), '{"program": "another"}');
    await assert.rejects(write(other, []), { code: 'report_folder_foreign' });
    const file = join(folder, 'file');
    writeFileSync(file, 'text');
    await assert.rejects(write(file, []), { code: 'report_folder_foreign' });
    assert.ok(existsSync(join(other, 'letter.txt')));
  });
});

test('ids that come out as the same file name are told apart, and none leaves its folder', () => {
  const ids = ['a b', 'a/b', 'A-B', '../../etc', '', '..', 'é'];
  const tables = ids.map((id) => ({ ...madeTable, id }));
  const names = fileNames([{ id: 'one', title: 'One', blocks: tables, data: null }]);
  assert.deepEqual(
    tables.map((table) => names.get(table)),
    ['a-b', 'a-b-2', 'A-B-3', 'etc', 'unnamed', 'unnamed-2', 'unnamed-3'],
  );
});
