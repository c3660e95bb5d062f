import assert from 'node:assert/strict';
import test from 'node:test';
import { recordOfFile, withValues } from '../../../services/dead-letters/patch.js';

const record = {
  event_number: '9007199254740993',
  weight: 'NaN',
  met: 20,
  leptons: { pt: [25, 'NaN'], eta: [0.1, 0.2] },
  triggers: { trigE: 0 },
};

test('values are set by path, in a copy', () => {
  const changed = withValues(record, ['weight=0.5', 'leptons.pt[1]=30.25', 'triggers.trigE=1', 'met=-1e-3']);
  assert.deepEqual(changed, {
    ...record,
    weight: 0.5,
    met: -0.001,
    leptons: { pt: [25, 30.25], eta: [0.1, 0.2] },
    triggers: { trigE: 1 },
  });
  assert.equal(record.weight, 'NaN');
  assert.equal(record.leptons.pt[1], 'NaN');
});

test('event numbers keep all digits', () => {
  assert.equal(withValues(record, ['event_number=9007199254740995']).event_number, '9007199254740995');
});

test('a place that is not there is refused with what is', () => {
  for (const [assignment, message] of [
    ['wieght=1', /has no wieght.*did you mean "weight"/],
    ['leptons.pt[2]=1', /there are 2, counted from 0/],
    ['leptons.ptt[0]=1', /did you mean "pt"/],
    ['jets.pt[0]=1', /has no jets/],
    ['__proto__.x=1', /has no __proto__/],
    ['leptons.pt=1', /holds several/],
    ['weight=NaN', /no finite number/],
    ['weight=', /no finite number/],
  ] as const)
    assert.throws(() => withValues(record, [assignment]), { code: 'letter_patch_invalid', message });
  for (const assignment of ['weight', '=1', 'a b=1', 'leptons[0].pt=1'])
    assert.throws(() => withValues(record, [assignment]), { code: 'cli_usage' });
});

test('a patched file may be what dlq show prints, the event in it, or its record', () => {
  const event = { key: 'abc:7', reason: 'weight_not_finite', record };
  for (const content of [{ id: 'x', event }, event, record])
    assert.deepEqual(recordOfFile(JSON.stringify(content), 'abc:7', 'f.json'), record);
  assert.throws(() => recordOfFile(JSON.stringify(event), 'abc:8', 'f.json'), {
    code: 'letter_patch_invalid',
    message: /holds the event "abc:7", not "abc:8"/,
  });
  for (const text of ['{', '[]', '3', '{"record":[]}'])
    assert.throws(() => recordOfFile(text, 'abc:7', 'f.json'), { code: 'letter_patch_invalid' });
});
