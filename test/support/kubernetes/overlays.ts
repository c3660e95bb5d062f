import { join } from 'node:path';
import { packageRoot } from '../../../lib/base/package-root.js';
import { type Manifest, podTemplate, renderKustomization } from './kustomize.js';
import type { JsonMap } from './patch.js';

export const overlays = ['laptop', 'production', 'production-gpu'] as const;
export type Overlay = (typeof overlays)[number];

export const kubernetesFolder = join(packageRoot, 'deploy/kubernetes');

export function overlayFolder(name: Overlay): string {
  return join(kubernetesFolder, 'overlays', name);
}

/** A container of a pod. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext?: JsonMap;
  readonly resources?: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string | number>>>>;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold: number;
}

/** What runs pods, with the parts of its template that tests ask for. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly manifest: Manifest;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: JsonMap & {
    readonly containers: readonly Container[];
    readonly volumes?: readonly (JsonMap & { readonly name: string })[];
    readonly terminationGracePeriodSeconds?: number;
  };
}

/** An overlay as it is rendered, once a process. */
export class Rendered {
  readonly manifests: readonly Manifest[];
  readonly workloads: readonly Workload[];

  constructor(name: Overlay) {
    this.manifests = renderKustomization(overlayFolder(name));
    this.workloads = this.manifests.flatMap((manifest) => {
      const template = podTemplate(manifest);
      if (template === undefined) return [];
      const { labels } = template.metadata as { labels: Record<string, string> };
      return [
        {
          kind: manifest.kind,
          name: manifest.metadata.name,
          manifest,
          labels,
          pod: template.spec as unknown as Workload['pod'],
        },
      ];
    });
  }

  of(kind: string): Manifest[] {
    return this.manifests.filter((manifest) => manifest.kind === kind);
  }

  one(kind: string, name: string): Manifest {
    const found = this.of(kind).find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  /** Workloads of our own image: stages, and the job that makes the topics. */
  get ours(): Workload[] {
    return this.workloads.filter(({ labels }) => labels['app.kubernetes.io/part-of'] === 'rmmstream');
  }

  get stages(): Workload[] {
    return this.ours.filter(({ kind }) => kind !== 'Job');
  }

  /** Text of the configuration in the ConfigMap that pods of ours mount. */
  get configuration(): string {
    const [configMap] = this.of('ConfigMap');
    return (configMap!.data as Record<string, string>)['config.yaml']!;
  }
}

const cache = new Map<Overlay, Rendered>();

export function rendered(name: Overlay): Rendered {
  const found = cache.get(name) ?? new Rendered(name);
  cache.set(name, found);
  return found;
}
