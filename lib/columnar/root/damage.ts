import { RmmError } from '../../base/error.js';

/** Where in a file something is wrong. */
export interface Place {
  readonly path: string;
  readonly branch?: string;
  readonly basket?: number;
  /** Byte position in the file. */
  readonly byte?: number;
}

/** "mini.root, branch lep_pt, basket 3, byte 123456" */
export function placeText(place: Place): string {
  const parts = [place.path];
  if (place.branch !== undefined) parts.push(`branch ${place.branch}`);
  if (place.basket !== undefined) parts.push(`basket ${place.basket}`);
  if (place.byte !== undefined) parts.push(`byte ${place.byte}`);
  return parts.join(', ');
}

/** An error about bytes that contradict the format, naming where and what was expected. */
export function corrupt(place: Place, what: string): RmmError {
  return new RmmError(
    'root_corrupt',
    `${placeText(place)}: ${what}; the file is damaged, copy it again and compare checksums`,
    { context: { ...place } },
  );
}

/** An error about something well-formed that this reader does not know. */
export function unsupported(place: Place, what: string): RmmError {
  return new RmmError('root_unsupported', `${placeText(place)}: ${what}`, { context: { ...place } });
}
