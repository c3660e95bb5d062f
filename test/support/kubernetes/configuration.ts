import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadedConfig, loadConfig } from '../../../lib/config/index.js';
import { type Overlay, rendered, type Workload } from './overlays.js';

/** The configuration of an overlay's ConfigMap, as a stage with its environment reads it. */
export function configurationOf(overlay: Overlay, stage?: Workload): LoadedConfig {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-configmap-'));
  try {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, rendered(overlay).configuration);
    const [container] = (stage ?? rendered(overlay).stages[0]!).pod.containers;
    const environment = Object.fromEntries((container!.env ?? []).map(({ name, value }) => [name, value]));
    return loadConfig({ file, environment, overrides: [], currentDirectory: '/out', needs: 'background' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
