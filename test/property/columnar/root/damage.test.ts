import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const seed = Number(process.env.RMMSTREAM_SEED ?? 20261122);
const cases = process.env.RMMSTREAM_TEST_LONG === '1' ? 2000 : 200;
/** A case takes some 30 ms; this is for a machine under load. */
const caseLimitMs = 30_000;
const mostMegabytes = 512;

interface Line {
  readonly begin?: number;
  readonly case?: number;
  readonly file: string;
  readonly verdict?: string;
  readonly megabytes?: number;
  readonly changes?: unknown;
}

test(`${cases} mutations of ROOT files (seed ${seed}) end in an error with a code or in equal data`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-mutations-'));
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./mutate-child.js', import.meta.url)), folder, String(seed), '0', String(cases)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const verdicts = new Map<string, number>();
  const wrong: Line[] = [];
  let last: Line | undefined;
  let hung = false;
  let megabytes = 0;
  const hang = (): void => {
    hung = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(hang, caseLimitMs);
  const closed = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  for await (const text of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = setTimeout(hang, caseLimitMs);
    last = JSON.parse(text) as Line;
    if (last.verdict === undefined) continue;
    megabytes = Math.max(megabytes, last.megabytes!);
    verdicts.set(last.verdict, (verdicts.get(last.verdict) ?? 0) + 1);
    if (/^(different|not ours)/.test(last.verdict)) wrong.push(last);
  }
  clearTimeout(timer);
  const status = await closed;
  rmSync(folder, { recursive: true, force: true });
  assert.ok(!hung, `case ${JSON.stringify(last)} hung`);
  assert.equal(
    status,
    0,
    `the process ended with ${status} at ${JSON.stringify(last)}: ${errors.slice(-2000)}`,
  );
  assert.deepEqual(wrong, []);
  let done = 0;
  for (const count of verdicts.values()) done += count;
  assert.equal(done, cases);
  assert.ok((verdicts.get('root_corrupt') ?? 0) > cases / 10, JSON.stringify([...verdicts]));
  assert.ok(megabytes < mostMegabytes, `${megabytes} MB at the most`);
});
