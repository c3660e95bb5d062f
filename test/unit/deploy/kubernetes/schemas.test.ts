import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import { packageRoot } from '../../../../lib/base/package-root.js';
import type { Manifest } from '../../../support/kubernetes/kustomize.js';
import { overlays, rendered } from '../../../support/kubernetes/overlays.js';

const golden = join(packageRoot, 'test/golden/deploy/kubernetes');
const kindOf = ({ apiVersion, kind }: Manifest) => `${apiVersion}/${kind}`;

function schemasOf(file: string) {
  const schema = JSON.parse(readFileSync(join(golden, file), 'utf8')) as { definitions: object };
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(schema, 'all');
  return {
    knows: (manifest: Manifest) => kindOf(manifest) in schema.definitions,
    problems(manifest: Manifest): unknown {
      const name = kindOf(manifest).replaceAll('/', '~1');
      return ajv.validate(`all#/definitions/${encodeURIComponent(name)}`, manifest) ? [] : ajv.errors;
    },
  };
}

const custom = schemasOf('custom-resources.json');

for (const version of ['1.31.0', '1.37.0']) {
  const kubernetes = schemasOf(`kubernetes-${version}.json`);
  const schemas = (manifest: Manifest) => (kubernetes.knows(manifest) ? kubernetes : custom);

  for (const overlay of overlays)
    test(`Kubernetes ${version} takes every object of ${overlay}`, () => {
      const { manifests } = rendered(overlay);
      assert.ok(manifests.length > 20);
      for (const manifest of manifests) {
        const what = `${kindOf(manifest)} ${manifest.metadata.name}`;
        assert.ok(schemas(manifest).knows(manifest), `no schema of ${what}`);
        assert.deepEqual(schemas(manifest).problems(manifest), [], what);
      }
    });

  test(`the schemas of ${version} refuse what they do not know`, () => {
    for (const manifest of rendered('production').manifests) {
      if (manifest.kind === 'ConfigMap' || manifest.kind === 'ServiceAccount') continue;
      const spec = { ...(manifest.spec as object | undefined), replicass: 2 };
      assert.notDeepEqual(schemas(manifest).problems({ ...manifest, spec }), [], manifest.kind);
    }
    const stage = structuredClone(rendered('production').one('Deployment', 'scorer'));
    const { containers } = (stage.spec as never as { template: { spec: { containers: object[] } } }).template
      .spec;
    containers[0] = { ...containers[0], livenessProb: {} };
    assert.notDeepEqual(kubernetes.problems(stage), []);
  });
}

test('no object is there twice, and everything with a namespace is in that of the overlay', () => {
  for (const overlay of overlays) {
    const { manifests } = rendered(overlay);
    const names = manifests.map((manifest) => `${kindOf(manifest)} ${manifest.metadata.name}`);
    assert.equal(new Set(names).size, names.length);
    for (const { kind, metadata } of manifests) {
      const inOne = kind !== 'Namespace' && kind !== 'PersistentVolume';
      assert.equal(metadata.namespace, inOne ? 'rmmstream' : undefined, `${kind} ${metadata.name}`);
    }
  }
});
