import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Distribution } from './distribution.js';

/**
 * Starts a Java program that dies with this process, however this process dies: when the standard input of
 * the shell in between ends, it kills the program and deletes its folder.
 */
const watched = `
exec 3<&0
"$@" </dev/null >>"$RMMSTREAM_LOG" 2>&1 3<&- &
program=$!
echo "$program"
( read -r line <&3; trap '' TERM; kill -9 "$program"
while kill -0 "$program"; do sleep 0.02; done; rm -rf "$RMMSTREAM_FOLDER"; rmdir "\${RMMSTREAM_FOLDER%/*}" ) >/dev/null 2>&1 &
watcher=$!
exec 3<&- >/dev/null
wait "$program"
kill "$watcher"
`;

const logSettings = `status=error
appender.file.type=File
appender.file.name=file
appender.file.fileName=\${sys:rmmstream.log}
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{ISO8601} %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.file.ref=file
`;

/** `make` writes the class archive when the program ends by itself or by SIGTERM. */
export type ArchiveUse = 'use' | 'make';

function javaArgs(
  distribution: Distribution,
  main: string,
  args: readonly string[],
  archive: ArchiveUse = 'use',
): string[] {
  return [
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-Xmx256m',
    '-Xlog:disable',
    `-XX:${archive === 'use' ? 'SharedArchiveFile' : 'ArchiveClassesAtExit'}=${distribution.archive}`,
    '-cp',
    distribution.classPath,
    main,
    ...args,
  ];
}

export interface JavaResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a Java program of Kafka's to its end; `input` is the path of its standard input. */
export async function runJava(
  distribution: Distribution,
  main: string,
  args: readonly string[],
  input = '/dev/null',
): Promise<JavaResult> {
  const file = await open(input);
  // Without a language of the machine, Java would write ASCII.
  const utf8 = ['-Dstdout.encoding=UTF-8', '-Dfile.encoding=UTF-8', '-Dlog4j2.level=OFF'];
  const child = spawn('java', [...utf8, ...javaArgs(distribution, main, args)], {
    stdio: [file.fd, 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout!.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr!.on('data', (chunk: Buffer) => err.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  await file.close();
  return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
}

/** A Java program in the background that is killed with this process. */
export class WatchedJava {
  readonly #shell: ChildProcess;
  readonly #pid: Promise<number>;
  /** Resolves when the program has ended, for whatever reason. */
  readonly ended: Promise<void>;

  private constructor(shell: ChildProcess) {
    this.#shell = shell;
    this.#pid = once(shell.stdout!, 'data').then(([line]) => Number(String(line).trim()));
    this.ended = once(shell, 'exit').then(() => undefined);
  }

  static async start(options: {
    readonly distribution: Distribution;
    readonly main: string;
    readonly args: readonly string[];
    /** Deleted when this process ends without having done so itself. */
    readonly folder: string;
    readonly archive?: ArchiveUse;
  }): Promise<WatchedJava> {
    const settings = join(options.folder, 'log4j2.properties');
    const log = join(options.folder, 'broker.log');
    await writeFile(settings, logSettings);
    const { distribution, main, args, archive } = options;
    const shell = spawn(
      'sh',
      [
        '-c',
        watched,
        'sh',
        'java',
        `-Dlog4j2.configurationFile=${settings}`,
        `-Drmmstream.log=${log}`,
        ...javaArgs(distribution, main, args, archive),
      ],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: {
          ...process.env,
          RMMSTREAM_LOG: join(options.folder, 'broker.out'),
          RMMSTREAM_FOLDER: options.folder,
        },
      },
    );
    const started = new WatchedJava(shell);
    await started.#pid;
    // The broker must not keep a finished test process alive.
    shell.unref();
    (shell.stdin as unknown as { unref(): void }).unref();
    (shell.stdout as unknown as { unref(): void }).unref();
    return started;
  }

  get running(): boolean {
    return this.#shell.exitCode === null && this.#shell.signalCode === null;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const pid = await this.#pid;
    if (this.running) {
      this.#shell.ref();
      try {
        process.kill(pid, signal);
      } catch {
        // Ended in between.
      }
      await this.ended;
    }
  }

  /** Stops and continues the program, as a machine does that hangs. */
  async freeze(isFrozen: boolean): Promise<void> {
    process.kill(await this.#pid, isFrozen ? 'SIGSTOP' : 'SIGCONT');
  }
}
