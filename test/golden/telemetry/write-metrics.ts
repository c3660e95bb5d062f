// Writes the golden text anew: node dist/test/golden/telemetry/write-metrics.js metrics.txt;
// then python read-metrics.py metrics.txt metrics.json says what Prometheus' own client finds in it.
import { writeFileSync } from 'node:fs';
import { sampleMetrics } from './sample-metrics.js';

writeFileSync(process.argv[2]!, await sampleMetrics());
