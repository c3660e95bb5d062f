import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loadConfig } from '../../../lib/config/index.js';
import { ingest } from '../../../services/ingest/main.js';
import { fileRecords } from '../../../services/ingest/planner.js';
import { readLetter } from '../../../services/kafka/letters.js';
import { inFolder } from '../../support/cli.js';
import { weighedFiles } from '../../support/inputs.js';
import { copyRootFile } from '../../support/root-copy.js';
import { clusterOf, openContext, putRecords, runRecord, settled } from '../../support/service-context.js';
import { sampleFile, writeConfig } from '../../support/small-run.js';

test('a file that a folder has taken the place of is waited for, as one that is away is', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'a.root');
    await copyRootFile({ from: sampleFile('mc/zee'), to: path, entries: 100 });
    const file = writeConfig(folder, [], {
      input: { mode: 'continuous', samples: [{ name: 'zee', kind: 'background', files: ['a.root'] }] },
      engine: { type: 'kafka', brokers: ['fake:1'] },
      kafka: { topics: { partitions: 1 } },
    });
    const loaded = loadConfig({ file, environment: {}, currentDirectory: folder, needs: 'background' });
    const cluster = clusterOf(loaded);
    const context = openContext(cluster, loaded);
    const files = fileRecords({ files: await weighedFiles(loaded), weights: new Map() }, 0);
    await putRecords(cluster, context, [runRecord(loaded), ...files]);
    const stop = new AbortController();
    await context.view.catchUp(stop.signal);
    rmSync(path);
    mkdirSync(path);
    const [part] = ingest.parts(context);
    const running = part!.run(stop.signal);
    running.catch(() => {});
    const said = () => JSON.stringify(context.health.readiness().reasons);
    await Promise.race([running, settled(() => /a.root .* is no longer there/.test(said()))]);
    rmdirSync(path);
    writeFileSync(path, '');
    await Promise.race([running, settled(() => cluster.committed('rmmstream.dead-letters')[0]!.length > 0)]);
    const letter = readLetter(cluster.committed('rmmstream.dead-letters')[0]![0]!);
    assert.deepEqual([letter?.reason, letter?.source?.entries], ['root_file_empty', 100]);
    stop.abort();
    await running;
  });
});
