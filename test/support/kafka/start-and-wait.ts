import { startKafka } from './cluster.js';

// A process that starts a broker, says where, and waits to be killed.
const cluster = await startKafka();
process.stdout.write(JSON.stringify({ broker: cluster.brokers[0], folder: cluster.nodeFolder(1) }));
setInterval(() => undefined, 1000);
