import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { type Manifest, renderKustomization } from '../../support/kubernetes/kustomize.js';
import { overlayFolder, overlays } from '../../support/kubernetes/overlays.js';
import type { Json } from '../../support/kubernetes/patch.js';

/** kustomize 5, alone or in kubectl. */
function build(folder: string): string | undefined {
  for (const [command, ...args] of [
    ['kustomize', 'build'],
    ['kubectl', 'kustomize'],
  ] as const) {
    const { error, status, stdout, stderr } = spawnSync(command, [...args, folder], { encoding: 'utf8' });
    if (error !== undefined) continue;
    assert.equal(status, 0, stderr);
    return stdout;
  }
  return undefined;
}

const hasOne = build(join(overlayFolder('laptop'), '../../base')) !== undefined;
const skip = hasOne ? false : 'neither kustomize nor kubectl is installed';

/** Entries of these are found by a key, so their order says nothing. */
const unordered: Readonly<Record<string, string>> = {
  volumes: 'name',
  volumeMounts: 'mountPath',
  env: 'name',
};

function sorted(value: Json, key = ''): Json {
  // The hash of a ConfigMap's content, behind its name.
  if (typeof value === 'string' && key === 'name')
    return value.replace(/^rmmstream-[a-z0-9]{10}$/, 'rmmstream-HASH');
  if (Array.isArray(value)) {
    const list = value.map((inner: Json) => sorted(inner));
    const by = unordered[key];
    if (by === undefined) return list;
    const nameOf = (entry: Json) => String((entry as Record<string, Json>)[by]);
    return list.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([inner, of]) => [inner, sorted(of, inner)]));
}

const byName = (manifests: readonly Manifest[]) =>
  new Map(
    manifests.map((one) => sorted(one) as Manifest).map((one) => [`${one.kind} ${one.metadata.name}`, one]),
  );

for (const name of overlays) {
  test(`kustomize makes of ${name} what the tests look at`, { skip }, () => {
    const text = build(overlayFolder(name))!;
    const built = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
    assert.deepEqual(byName(renderKustomization(overlayFolder(name))), byName(built));
  });
}
