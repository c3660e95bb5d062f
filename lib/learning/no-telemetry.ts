/**
 * onnxruntime's Linux builds (1.30 at least) send usage data to their maker, and leave a log in the temporary
 * folder and a database in the user's cache for it, unless this variable is set when the first session is made.
 * Nothing leaves a machine without being asked to. It must run on the main thread: a worker's `process.env` is a
 * copy that native code does not see.
 */
export function disableRuntimeTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1';
}
