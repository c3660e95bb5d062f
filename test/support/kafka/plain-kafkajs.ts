import { createRequire } from 'node:module';
import { sep } from 'node:path';

const require = createRequire(import.meta.url);

/** Loads a part of kafkajs anew, as it is without the cures, beside the one that is in use. */
export function plainKafkajs<Part>(path: string): Part {
  const inside = `${sep}node_modules${sep}kafkajs${sep}`;
  const kept = Object.entries(require.cache).filter(([name]) => name.includes(inside));
  for (const [name] of kept) delete require.cache[name];
  try {
    return require(path) as Part;
  } finally {
    for (const name of Object.keys(require.cache)) if (name.includes(inside)) delete require.cache[name];
    for (const [name, module] of kept) require.cache[name] = module;
  }
}
