type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Buffers from this size on are given back to the system when they are freed. glibc otherwise raises the limit up to
 * 32 MiB as large buffers come and go, puts them into its heap, and keeps what they leave between small ones:
 * docs/benchmarks.md, "Soak". Other C libraries do not read it. The image has the same setting.
 */
export const mallocSettings = { MALLOC_MMAP_THRESHOLD_: '1048576' } as const;

/** The environment of a process that works for hours: ours, where `given` has no word of its own. */
export function serviceEnvironment(given: Environment): Environment {
  return { ...mallocSettings, ...given };
}
