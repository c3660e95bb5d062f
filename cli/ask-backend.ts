import { fork } from 'node:child_process';
import type { BackendMeasure } from '../lib/learning/benchmark.js';
import type { BackendAnswer, BackendRequest } from './backend-child.js';

const ownChild = new URL('./backend-child.js', import.meta.url);

/**
 * Asks a backend in a process of its own. Native libraries write to the terminal where they find no driver, end the
 * process where they find a bad one, and two builds of TensorFlow do not get on in one.
 * @throws Error that says why it does not work; with the beginning of what the process wrote where it ended without answer
 */
export async function askBackend(
  request: BackendRequest,
  signal: AbortSignal,
  child = ownChild,
): Promise<{ readonly version: string; readonly measure?: BackendMeasure }> {
  signal.throwIfAborted();
  const answer = await new Promise<BackendAnswer>((resolve, reject) => {
    const options = { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'advanced' } as const;
    const asked = fork(child, [], { ...options, stdio: [...options.stdio] });
    let written = '';
    const end = () => void asked.kill('SIGKILL');
    signal.addEventListener('abort', end);
    asked.stderr!.setEncoding('utf8').on('data', (text: string) => {
      if (written.length < 1000) written += text;
    });
    asked.once('message', (found) => {
      resolve(found as BackendAnswer);
      // Its libraries have nothing to clear up, and some fail at it.
      end();
    });
    asked.once('error', reject);
    asked.once('close', (code, name) => {
      signal.removeEventListener('abort', end);
      const line = written.trim().split('\n', 1)[0]!;
      const how = name === null ? `code ${code}` : name;
      reject(new Error(`its process ended with ${how}${line === '' ? '' : `: ${line}`}`));
    });
    asked.send(request, (error) => {
      // Where it has ended already, its end says more.
      if (error !== null) end();
    });
  });
  if ('reason' in answer) throw new Error(answer.reason);
  return answer;
}
