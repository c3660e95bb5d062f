import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';

/** Where secrets are looked for. */
export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder of the configuration file: paths are relative to it. */
  readonly folder: string;
}

/** A text file that the configuration names, as it is. */
export function readNamedFile(path: string, key: string, folder: string): string {
  const whole = isAbsolute(path) ? path : join(folder, path);
  let text: string;
  try {
    text = readFileSync(whole, 'utf8');
  } catch (error) {
    throw new RmmError(
      'kafka_secret_missing',
      `${key} names the file ${whole}, which cannot be read (${(error as NodeJS.ErrnoException).code}); write it or change the key`,
      { context: { key, path: whole }, cause: error },
    );
  }
  if (text.trim() === '')
    throw new RmmError('kafka_secret_missing', `${key} names the file ${whole}, which is empty`, {
      context: { key, path: whole },
    });
  return text;
}

/**
 * The secret that a reference env:NAME or file:PATH stands for; without the line end that editors leave in files.
 * @throws kafka_secret_missing
 */
export function readSecret(reference: string, key: string, sources: SecretSources): string {
  if (reference.startsWith('file:'))
    return readNamedFile(reference.slice('file:'.length), key, sources.folder).replace(/\r?\n$/, '');
  const name = reference.replace(/^env:/, '');
  const value = sources.environment[name];
  if (value !== undefined && value !== '') return value;
  throw new RmmError(
    'kafka_secret_missing',
    `${key} names the environment variable ${name}, which is ${value === undefined ? 'not set' : 'empty'}; set it, or name another`,
    { context: { key, variable: name } },
  );
}
