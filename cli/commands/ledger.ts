import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import { type Cli, commandProgress, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions } from '../config-options.js';
import { closingLine, ledgerObject, ledgerText } from '../ledger-page.js';
import { withRun } from '../with-kafka.js';

export function registerLedger(program: Command, cli: Cli): void {
  const command = program
    .command('ledger')
    .description(
      'Proves of a run over Kafka that every entry was scored, cut or made a dead letter, and each once.',
    )
    .argument('<config>', 'configuration file (YAML)')
    .option('--output <directory>', 'where the scorers write (output.directory)')
    .addHelpText(
      'after',
      '\nReads all data topics and score files; may run beside the services, and says then what is in flight.\nExit code 0 where the ledger closes, else 1: ledger_open while entries are on their way, ledger_wrong where some\nare missing or doubled.\n\nExamples:\n  rmmstream ledger analysis.yaml\n  rmmstream ledger analysis.yaml --json',
    );
  addSetOption(command).action((file: string, options: ConfigOptions) =>
    withRun(cli, file, options, async (run) => {
      const { readLedger } = await import('../../services/ledger/read-ledger.js');
      const progress = commandProgress(cli);
      const ledger = await readLedger(run, progress).finally(() => progress.close());
      printResult(cli, ledgerText(ledger), ledgerObject(ledger));
      if (ledger.state === 'closed') return;
      const { missing, doubled, inFlight } = ledger.totals;
      const context = { missing, doubled, in_flight: inFlight };
      throw new RmmError(ledger.state === 'open' ? 'ledger_open' : 'ledger_wrong', closingLine(ledger), {
        context,
      });
    }),
  );
}
