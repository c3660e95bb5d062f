import assert from 'node:assert/strict';
import test from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { named, quoted } from '../../services/report/score-table.js';

const hostile = [
  "'; drop table kept; --",
  "a' or '1'='1",
  '"; drop table kept; --',
  'a"b',
  "\\'; drop table kept; --",
  "E'\\x27",
  '$$ $a$',
  '/* */ -- ',
  'line\nend',
  '𝟙′',
];

test('texts and names are nothing but that in a query, whatever they hold', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run('create table kept (a integer)');
    for (const text of hostile) {
      const reader = await connection.runAndReadAll(`select ${quoted(text)} as ${named(text)}`);
      assert.deepEqual(reader.getColumnsObjectJS(), { [text]: [text] });
    }
    await connection.run('select a from kept');
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});
