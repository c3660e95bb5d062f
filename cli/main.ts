import { shownText } from '../lib/telemetry/shown-text.js';
import { commands as allCommands } from './commands/index.js';
import { reportError } from './error-report.js';
import { createProgram, type RegisterCommand, runProgram } from './frame.js';
import { processCli } from './process-cli.js';

/** After the first signal a command has this long to end by itself. */
const graceMs = 30_000;

/**
 * The command `rmmstream`: runs what `argv` (without node and script) says and sets the exit code of the
 * process: 0 fine, 1 run or data failure, 2 usage or configuration, 130 interrupted.
 */
export async function main(
  argv: readonly string[],
  commands: readonly RegisterCommand[] = allCommands,
): Promise<void> {
  const controller = new AbortController();
  let ownWay: (() => void) | undefined;
  let grace: NodeJS.Timeout | undefined;
  const cli = processCli(controller.signal, (listener) => {
    ownWay = listener;
    clearTimeout(grace);
    if (controller.signal.aborted) listener();
    return () => {
      ownWay = undefined;
    };
  });
  // Errors of the command line itself come before any option is parsed.
  cli.json = argv.includes('--json');
  const interrupt = () => {
    if (ownWay !== undefined) {
      ownWay();
      return;
    }
    if (controller.signal.aborted) process.exit(130);
    if (!cli.json) cli.stderr.write('interrupted: ending cleanly; a second interrupt ends at once\n');
    controller.abort();
    grace = setTimeout(() => process.exit(130), graceMs).unref();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    await runProgram(createProgram(cli, commands), argv);
    process.exitCode = cli.exitCode;
  } catch (error) {
    const report = reportError(error, {
      debug: cli.environment.RMMSTREAM_DEBUG === '1',
      interrupted: controller.signal.aborted,
    });
    cli.stderr.write(`${cli.json ? shownText(JSON.stringify(report.object)) : report.text}\n`);
    process.exitCode = report.exit;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
