type Environment = Readonly<Record<string, string | undefined>>;

/**
 * glibc's heap, which otherwise takes some tens of megabytes more as hours go by (docs/benchmarks.md, "Soak"; other C
 * libraries do not read these). Buffers from the first size on go back to the system when they are freed: by itself glibc
 * raises that limit up to 32 MiB as large buffers come and go, and keeps what they leave between small ones. Up to the
 * second size the heap keeps what is free at its end, so that it has its size within minutes, and not in steps. The image
 * has the same settings.
 */
export const mallocSettings = {
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_TRIM_THRESHOLD_: '16777216',
} as const;

/** The environment of a process that works for hours: ours, where `given` has no word of its own. */
export function serviceEnvironment(given: Environment): Environment {
  return { ...mallocSettings, ...given };
}
