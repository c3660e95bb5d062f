/** The Z' injected into period D of ../shared/data, which is beside a checkout and not in it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import type { BumpOptions } from '../../lib/statistics/bump/bump-options.js';
import type { BumpResult, NoBumpResult } from '../../lib/statistics/bump/bump-result.js';
import { bumpSection } from '../../services/report/sections/bump.js';
import { hasShared, sharedFolder } from '../golden/physics/shared-files.js';
import { withReport } from '../support/report-context.js';
import { runWell, type SampleSpec, writeConfig } from '../support/small-run.js';

interface BumpData {
  readonly options: BumpOptions;
  readonly spectra: readonly ((BumpResult | NoBumpResult) & { readonly stands_out: boolean })[];
  readonly peaked: Readonly<Record<string, readonly string[]>>;
}

const inverseFb: Readonly<Record<string, number>> = { A: 0.00292, B: 0.00365, C: 0.00365, D: 0.00438 };

function sample(kind: SampleSpec['kind'], name: string): SampleSpec {
  const folder = kind === 'data' ? 'data' : 'mc';
  const luminosity = inverseFb[name.slice('period'.length)];
  return {
    name,
    kind,
    files: [join(sharedFolder, 'data', folder, `${name}.root`)],
    ...(kind === 'data' && luminosity !== undefined ? { luminosity_fb: luminosity } : {}),
  };
}

if (hasShared) {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const simulated = [
    ...['zee', 'zmumu', 'ttbar', 'ww', 'wz', 'zz'].map((name) => sample('background', name)),
    ...['zprime2000_mumu', 'c1n2_wz_800_50'].map((name) => sample('signal', name)),
  ];
  const quick = { training: { epochs: 1, megasets: 1 }, engine: { workers: 2 } };
  const settings = { bump_toys: 100, bump_p_max: 0.02 };

  test('the injected Z prime stands out in mll of all events and of the tightest region, and is named', async () => {
    const periods = ['A', 'B', 'C', 'D'].map((name) => sample('data', `period${name}`));
    const output = join(folder, 'all');
    await runWell(['run', writeConfig(folder, [...simulated, ...periods], quick), '--output', output]);
    const section = await withReport([output], bumpSection, settings);
    const { spectra, peaked } = section!.data as BumpData;
    assert.deepEqual(peaked.mll, ['zprime2000_mumu']);
    for (const region of ['inclusive', 'background-0.001']) {
      const found = spectra.find((spectrum) => spectrum.region === region && spectrum.observable === 'mll');
      assert.ok(found !== undefined && 'excess' in found, JSON.stringify(found));
      assert.equal(found.kind, 'data');
      assert.ok(found.stands_out, region);
      assert.ok(found.excess.from < 2000 && found.excess.to > 2000, JSON.stringify(found.excess));
      assert.ok('value' in found.excess.zWithError && found.excess.zWithError.value > 3, region);
      const [signal] = found.signals;
      assert.ok(signal !== undefined && 'strength' in signal.fitted && signal.fitted.strength > 1);
    }
    const verdicts = section!.blocks.filter(({ kind }) => kind === 'verdict');
    assert.match(
      JSON.stringify(verdicts),
      /An excess stands out in mll\..*0\.1 % of background: \d+ to \d+ GeV/,
    );
  });

  test('a period without it has no excess, and the report says how strong the Z prime would have to be', async () => {
    const output = join(folder, 'one');
    const list = [...simulated, sample('data', 'periodB')];
    await runWell(['run', writeConfig(folder, list, quick), '--output', output]);
    const section = await withReport([output], bumpSection, settings);
    const { spectra } = section!.data as BumpData;
    const [inclusive] = spectra;
    assert.ok(inclusive !== undefined && 'excess' in inclusive);
    assert.ok(!inclusive.stands_out, JSON.stringify(inclusive.global));
    const table = section!.blocks.find((block) => block.kind === 'table' && block.id === 'bump-strengths');
    assert.ok(table?.kind === 'table' && table.rows.length >= 7);
    const [signal, mass, region, known, fitted] = table.rows[0]!;
    assert.deepEqual([signal, mass, region], ['zprime2000_mumu', 'mll', 'all events']);
    for (const strength of [known, fitted]) {
      assert.ok(typeof strength === 'object' && 'value' in strength, JSON.stringify(strength));
      // 60 injected events of the four periods are hundreds of times the cross section.
      assert.ok(strength.value > 10 && strength.value < 10_000, `${strength.value}`);
    }
  });
}
