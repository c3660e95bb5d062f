import assert from 'node:assert/strict';
import test from 'node:test';
import { tableCsv } from '../../../services/report/render/csv.js';
import { madeTable } from '../../support/made-sections.js';

test('a table as CSV: all digits, errors and reasons in columns of their own where there are any', () => {
  assert.equal(
    tableCsv(madeTable),
    [
      'name,value [GeV],value [GeV] error,value [GeV] reason,plain,plain reason',
      'first,0.9069641614,0.0044374,,20253,',
      'second,,,no event is left,0.012345,',
      `"<script>alert(""x"")</script> & 'quoted' | _tail_",3,,,,no event is left`,
      '',
    ].join('\r\n'),
  );
});

test('no number that is none, a heading without rows, line ends within quotes', () => {
  const table = { kind: 'table', id: 't', caption: 'c', columns: [{ label: 'a, b' }], rows: [] } as const;
  assert.equal(tableCsv(table), '"a, b"\r\n');
  assert.equal(
    tableCsv({ ...table, rows: [[Number.NaN], ['two\nlines'], []] }),
    '"a, b","a, b reason"\r\n,the result is not a finite number\r\n"two\nlines",\r\n,\r\n',
  );
});

test('a text that a spreadsheet would run as a formula has an apostrophe before it, a number has not', () => {
  const columns = [{ label: '=head' }, { label: 'value' }];
  const rows = [
    ['=HYPERLINK("x")', -1],
    ['+a', '-2.5'],
    ['@a', { notDefined: '-none' }],
    ['a=b', '- word'],
  ];
  const csv = tableCsv({ kind: 'table', id: 'x', caption: '', columns, rows });
  assert.equal(
    csv,
    [
      "'=head,value,value reason",
      `"'=HYPERLINK(""x"")",-1,`,
      "'+a,-2.5,",
      "'@a,,'-none",
      "a=b,'- word,",
      '',
    ].join('\r\n'),
  );
});
