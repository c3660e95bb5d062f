import type { CodeSpec, ErrorDomain } from './codes/code-spec.js';
import { type ErrorCode, errorCodes } from './codes/index.js';

/** Plain facts that go with an error, for --json and for dead letters: file, branch, entry, key, ... */
export type ErrorContext = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/**
 * The one error class. The message says what, where, what was expected and what to do; the code is from
 * the closed list in codes/.
 */
export class RmmError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, options: { context?: ErrorContext; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RmmError';
    this.code = code;
    this.context = options.context ?? {};
  }

  get spec(): CodeSpec {
    return errorCodes[this.code];
  }

  get domain(): ErrorDomain {
    return this.spec.domain;
  }

  get exit(): 1 | 2 {
    return this.spec.exit;
  }

  /** What survives a trip between threads or into a file; `RmmError.fromJSON` turns it back. */
  toJSON(): SerializedError {
    return { code: this.code, message: this.message, context: this.context };
  }

  static fromJSON(value: SerializedError): RmmError {
    return new RmmError(value.code, value.message, { context: value.context });
  }
}

export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly context: ErrorContext;
}

/** Throws `internal_invariant` where `condition` does not hold; stays on in production. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RmmError('internal_invariant', message);
}

/**
 * Turns a system error of a read or write at `path` into ours; disk-full has a code of its own.
 * Anything that is ours already passes through unchanged.
 */
export function fromSystemError(error: unknown, doing: string, path: string): RmmError {
  if (error instanceof RmmError) return error;
  const system = error as NodeJS.ErrnoException;
  const detail = system.code ?? system.message ?? String(error);
  if (system.code === 'ENOSPC' || system.code === 'EDQUOT') {
    return new RmmError(
      'disk_full',
      `no room left on the disk while ${doing} ${path}; free some room and run the same command again`,
      {
        context: { path },
        cause: error,
      },
    );
  }
  return new RmmError('io_failed', `${doing} ${path} failed: ${detail}`, { context: { path }, cause: error });
}
