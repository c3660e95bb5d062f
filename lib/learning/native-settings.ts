/**
 * Settings that native libraries read from the environment when they are loaded. They must be made on the main thread:
 * a worker's `process.env` is a copy that native code does not see.
 */
export function prepareNativeLibraries(): void {
  disableRuntimeTelemetry();
  computeInFullPrecision();
}

/**
 * onnxruntime's Linux builds (1.30 at least) send usage data to their maker, and leave a log in the temporary
 * folder and a database in the user's cache for it, unless this variable is set when the first session is made.
 * Nothing leaves a machine without being asked to.
 */
export function disableRuntimeTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1';
}

/**
 * From Ampere on, NVIDIA's libraries round the factors of float32 products to 10 bits (TF32) unless told not to;
 * scores would differ from those of a CPU in the third digit.
 */
export function computeInFullPrecision(): void {
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
}
