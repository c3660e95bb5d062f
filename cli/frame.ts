import { Command, CommanderError } from 'commander';
import { RmmError } from '../lib/base/error.js';
import { packageVersion } from '../lib/base/package-root.js';
import type { Cli } from './cli.js';

/** Adds one command to the program. */
export type RegisterCommand = (program: Command, cli: Cli) => void;

/** The program with all its commands; parse it with `runProgram`. */
export function createProgram(cli: Cli, commands: readonly RegisterCommand[]): Command {
  const program = new Command('rmmstream')
    .description(
      'Streams ROOT ntuples to anomaly scores: selection, rapidity-mass matrix, megaset training, scoring.',
    )
    .version(packageVersion, '--version', 'print the version')
    .helpOption('-h, --help', 'print help; `rmmstream COMMAND --help` says more')
    .option('--json', 'for programs: one JSON object on stdout, JSON lines on stderr')
    .addHelpText(
      'after',
      `
Exit codes: 0 fine, 1 the run or its data failed, 2 usage or configuration, 130 interrupted.
Settings: defaults < configuration file < environment (RMMSTREAM__TRAINING__EPOCHS=20) < options.

Examples:
  rmmstream inspect data/zee.root
  rmmstream validate analysis.yaml
  rmmstream run analysis.yaml --output out --workers 4`,
    );
  for (const register of commands) register(program, cli);
  prepare(program, cli);
  program.hook('preAction', (_, action) => {
    cli.json = action.optsWithGlobals().json === true;
  });
  return program;
}

/** The same habits for every command, however deep: no exit inside, errors as ours, --json anywhere. */
function prepare(command: Command, cli: Cli): void {
  command.exitOverride();
  command.showSuggestionAfterError(true);
  command.configureOutput({
    writeOut: (text) => cli.stdout.write(text),
    // Commander throws the same message, and that is shown.
    writeErr: () => {},
    getOutHelpWidth: () => Math.min(cli.stdout.columns(), 110),
    getErrHelpWidth: () => Math.min(cli.stderr.columns(), 110),
  });
  for (const child of command.commands) {
    if (!child.options.some((option) => option.long === '--json')) {
      child.option('--json', 'for programs: one JSON object on stdout, JSON lines on stderr');
    }
    prepare(child, cli);
  }
}

/** Runs the command that `argv` (without node and script) names. Throws RmmError, or whatever the command threw. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  if (argv.filter((argument) => argument !== '--json').length === 0) {
    throw noCommand(program);
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // --help and --version end this way too.
    if (error.exitCode === 0) return;
    if (error.code === 'commander.help') throw noCommand(commandOf(program, argv), { cause: error });
    const message = error.message
      .replace(/^error: /, '')
      .replace(/\n\(Did you mean (.*)\?\)$/s, '; did you mean $1?');
    throw new RmmError('cli_usage', message, { cause: error });
  }
}

function noCommand(parent: Command, more: { cause?: unknown } = {}): RmmError {
  const name = parent.parent === null ? '' : ` of ${parent.name()}`;
  const known = parent.commands.map((command) => command.name()).join(', ');
  return new RmmError('cli_usage', `no command${name} given; expected one of ${known}`, more);
}

/** The command whose own command is missing at the end of `argv`. */
function commandOf(program: Command, argv: readonly string[]): Command {
  return argv.reduce(
    (found, argument) => found.commands.find((command) => command.name() === argument) ?? found,
    program,
  );
}
