import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoadedConfig, ResolvedSample } from '../../../lib/config/index.js';
import { createProgress } from '../../../lib/telemetry/progress.js';
import { amplify } from '../../../services/amplify/amplify.js';
import { run } from '../../../services/pipeline/run.js';
import { deriveConfig, loadFile } from './derived-config.js';
import { quantileOfValues } from './latency.js';
import type { Soaked } from './outcome.js';
import { lookAtProcess, type Samples } from './samples.js';

export interface EmbeddedSoak {
  readonly config: string;
  readonly folder: string;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly sampleMs: number;
  /** Events of one run; runs follow each other. */
  readonly events: number;
  readonly samples: Samples;
}

/**
 * Whole runs on the embedded engine, one after the other in this process, over the same amplified files: what a process
 * keeps of a run that it should let go of adds up.
 */
export async function soakEmbedded(options: EmbeddedSoak): Promise<Soaked> {
  const loaded = await amplifiedConfig(options);
  const { samples, seconds, warmUpSeconds, sampleMs } = options;
  const startedMs = performance.now();
  const elapsed = () => (performance.now() - startedMs) / 1000;
  const stopSampling = sampleSelf(samples, sampleMs, elapsed);
  const totals = { runs: 0, read: 0, selected: 0, rejected: 0, scored: 0 };
  const latencies: number[] = [];
  try {
    while (elapsed() < seconds) {
      const { report, directory } = await run({
        loaded,
        fresh: true,
        extend: false,
        until: 'scores',
        progress: createProgress({ style: 'none', write: () => undefined, nowMs: () => performance.now() }),
        signal: new AbortController().signal,
        nowMs: () => performance.now(),
      });
      const { events } = report;
      samples.add('run', elapsed(), { resident_between_runs: lookAtProcess('self')?.resident ?? 0 });
      totals.runs += 1;
      totals.read += events.read;
      totals.selected += events.selected;
      totals.rejected += Object.values(events.rejected).reduce<number>((sum, count) => sum + count, 0);
      totals.scored += events.scored;
      if (elapsed() > warmUpSeconds) latencies.push(...rangeLatencies(directory));
    }
  } finally {
    stopSampling();
  }
  const isClosed = totals.read === totals.selected + totals.rejected && totals.scored === totals.selected;
  return {
    events: totals.read,
    seconds: elapsed(),
    latency: {
      p50: quantileOfValues(latencies, 0.5),
      p99: quantileOfValues(latencies, 0.99),
      blocks: latencies.length,
    },
    latencyIs: 'ranges, from their features on disk to their scores in a file; training lies between',
    ledger: `${totals.runs} runs, ${totals.read} read = ${totals.selected} selected + ${totals.rejected} cut or dead letters; ${totals.scored} scored`,
    isClosed,
  };
}

/** The configuration with every file amplified to the same number of events; files that are there are used again. */
async function amplifiedConfig({ config, folder, events }: EmbeddedSoak): Promise<LoadedConfig> {
  const files = loadFile(config, folder).samples.flatMap((sample) => sample.files).length;
  const value = Math.ceil(events / files);
  const to = join(folder, 'soak-embedded.yaml');
  const amplified = async (sample: ResolvedSample) => {
    const made: string[] = [];
    for (const [number, { path }] of sample.files.entries()) {
      const output = join(folder, `${sample.name}-${number}-${value}.root`);
      if (!existsSync(output))
        await amplify({ inputs: [path], output, size: { type: 'events', value }, seed: 1 });
      made.push(output);
    }
    return made;
  };
  await deriveConfig(config, to, amplified, {
    output: { directory: join(folder, 'soak-embedded-output') },
  });
  return loadFile(to, folder);
}

/** Seconds between the two files of each range. */
function rangeLatencies(directory: string): number[] {
  const madeMs = (folder: string, name: string) => statSync(join(directory, folder, name)).mtimeMs;
  return readdirSync(join(directory, 'scores'))
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => {
      const features = `${name.slice(0, -'.parquet'.length)}.arrow`;
      return (madeMs('scores', name) - madeMs('features', features)) / 1000;
    });
}

function sampleSelf(samples: Samples, sampleMs: number, elapsed: () => number): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const timer = setInterval(() => {
    const { heapUsed, external } = process.memoryUsage();
    const loop_delay_p99 = Math.max(0, (delay.percentile(99) || 0) / 1e9 - 0.02);
    delay.reset();
    samples.add('run', elapsed(), {
      ...lookAtProcess('self'),
      heap_used: heapUsed,
      external,
      loop_delay_p99,
    });
  }, sampleMs);
  return () => {
    clearInterval(timer);
    delay.disable();
  };
}
