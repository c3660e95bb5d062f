import type { Command } from 'commander';
import type { Cli } from '../../cli/cli.js';
import { commands } from '../../cli/commands/index.js';
import { createProgram } from '../../cli/frame.js';

/**
 * The commands that a command line of the program reaches, by name; options and arguments are taken as the program
 * takes them, and nothing is done. @throws where it does not take them
 */
export async function commandsOf(args: readonly string[], cli: Cli): Promise<string[]> {
  const reached: string[] = [];
  const program = createProgram(cli, commands);
  const mute = (one: Command) => {
    one.exitOverride().action(() => void reached.push(one.name()));
    for (const below of one.commands) mute(below);
  };
  for (const one of program.commands) mute(one);
  await program.parseAsync([...args], { from: 'user' });
  return reached;
}
