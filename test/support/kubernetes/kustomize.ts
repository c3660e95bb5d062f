import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { isMap, type Json, type JsonMap, jsonPatch, type Operation, strategicMerge } from './patch.js';

/*
 * The part of kustomize that deploy/kubernetes uses, so that its output can be looked at wherever there is Node. Where
 * kustomize is installed test/integration/deploy/kustomize.test.ts compares the two.
 */

export interface Manifest extends JsonMap {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonMap & { readonly name: string };
}

interface Kustomization {
  readonly kind: string;
  readonly namespace?: string;
  readonly labels?: readonly { readonly pairs: JsonMap; readonly includeTemplates?: boolean }[];
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly images?: readonly { readonly name: string; readonly newName?: string; readonly newTag?: string }[];
  readonly replicas?: readonly { readonly name: string; readonly count: number }[];
  readonly patches?: readonly {
    readonly path?: string;
    readonly patch?: string;
    readonly target: { readonly kind: string; readonly name?: string };
  }[];
}

const known = ['apiVersion', 'kind', 'namespace', 'labels', 'resources', 'components', 'configMapGenerator'];
const changes = ['images', 'replicas', 'patches'];
const clusterKinds = ['Namespace', 'PersistentVolume'];

/** The objects of a folder with a kustomization.yaml, as `kustomize build` prints them, in the order of the files. */
export function renderKustomization(folder: string): Manifest[] {
  return nameConfigMaps(accumulate(folder, []));
}

function accumulate(folder: string, before: readonly Manifest[]): Manifest[] {
  const wanted = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
  for (const key of Object.keys(wanted))
    if (![...known, ...changes].includes(key)) throw new Error(`${folder}: ${key} is not known here`);
  const { resources = [], components = [], configMapGenerator = [] } = wanted;
  let all = [...before];
  for (const entry of resources) {
    const path = join(folder, entry);
    all.push(...(existsSync(join(path, 'kustomization.yaml')) ? accumulate(path, []) : readManifests(path)));
  }
  for (const entry of components) all = accumulate(join(folder, entry), all);
  for (const { name, files } of configMapGenerator) all.push(configMap(folder, name, files));
  return all.map((manifest) => transform(folder, wanted, manifest));
}

/** The documents of a file. @throws where it is not YAML */
function readManifests(path: string): Manifest[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Manifest;
  });
}

function configMap(folder: string, name: string, files: readonly string[]): Manifest {
  const data = Object.fromEntries(
    files.map((file) => [basename(file), readFileSync(join(folder, file), 'utf8')]),
  );
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

/** Patches first, then the other changes: the order of kustomize where it matters here. */
function transform(folder: string, wanted: Kustomization, manifest: Manifest): Manifest {
  let made: JsonMap = manifest;
  for (const { path, patch = '', target } of wanted.patches ?? []) {
    if (!new RegExp(`^(${target.kind})$`).test(manifest.kind)) continue;
    if (target.name !== undefined && target.name !== manifest.metadata.name) continue;
    const change = parse(path === undefined ? patch : readFileSync(join(folder, path), 'utf8')) as Json;
    if (Array.isArray(change)) made = jsonPatch(made, change as unknown as Operation[]);
    else {
      const { spec } = change as { spec: JsonMap };
      made = strategicMerge(made, { spec });
    }
  }
  if (wanted.namespace !== undefined && !clusterKinds.includes(manifest.kind))
    made = strategicMerge(made, { metadata: { namespace: wanted.namespace } });
  for (const { pairs, includeTemplates } of wanted.labels ?? []) {
    made = strategicMerge(made, { metadata: { labels: pairs } });
    if (includeTemplates === true && podTemplate(made) !== undefined)
      made = strategicMerge(made, { spec: { template: { metadata: { labels: pairs } } } });
  }
  for (const { name, count } of wanted.replicas ?? [])
    if (manifest.metadata.name === name && ['Deployment', 'StatefulSet'].includes(manifest.kind))
      made = strategicMerge(made, { spec: { replicas: count } });
  for (const { name, newName = name, newTag } of wanted.images ?? [])
    made = withImage(made, name, newTag === undefined ? newName : `${newName}:${newTag}`);
  return made as Manifest;
}

/** The pod template of a workload; undefined for any other object. */
export function podTemplate(manifest: JsonMap): JsonMap | undefined {
  const { spec } = manifest;
  return isMap(spec) && isMap(spec.template) ? spec.template : undefined;
}

function withImage(manifest: JsonMap, name: string, image: string): JsonMap {
  const pod = podTemplate(manifest)?.spec;
  if (!isMap(pod)) return manifest;
  const containers = (pod.containers as readonly JsonMap[])
    .filter((container) => container.image === name)
    .map((container) => ({ name: container.name!, image }));
  return strategicMerge(manifest, { spec: { template: { spec: { containers } } } });
}

/** Generated ConfigMaps carry a hash of their content, so that pods are replaced when it changes. */
function nameConfigMaps(manifests: readonly Manifest[]): Manifest[] {
  const names = new Map<string, string>();
  for (const { kind, metadata, data } of manifests)
    if (kind === 'ConfigMap') names.set(metadata.name, `${metadata.name}-${hashOf(data!)}`);
  return manifests.map((manifest) => {
    if (manifest.kind === 'ConfigMap')
      return strategicMerge(manifest, { metadata: { name: names.get(manifest.metadata.name)! } }) as Manifest;
    const pod = podTemplate(manifest)?.spec;
    if (!isMap(pod)) return manifest;
    const volumes = ((pod.volumes ?? []) as readonly JsonMap[]).map((volume) => {
      const source = volume.configMap;
      if (!isMap(source)) return volume;
      return { ...volume, configMap: { ...source, name: names.get(String(source.name)) ?? source.name! } };
    });
    return strategicMerge(manifest, { spec: { template: { spec: { volumes } } } }) as Manifest;
  });
}

/** Stands for kustomize's hash, which is made in a way of its own. */
function hashOf(data: Json): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 10);
}
