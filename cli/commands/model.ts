import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Cli, printResult } from '../cli.js';
import { comparisonText, summaryText, verificationText } from '../model-pages.js';

const what = 'model/ folder or model.zip of a run';

export function registerModel(program: Command, cli: Cli): void {
  const model = program.command('model').description('Shows, compares and verifies finished models.');
  registerShow(model, cli);
  registerCompare(model, cli);
  registerVerify(model, cli);
}

function registerShow(model: Command, cli: Cli): void {
  model
    .command('show')
    .description('Says what a model is: network, scaler, features, data, losses, scores.')
    .argument('<model>', what)
    .addHelpText(
      'after',
      '\nExamples:\n  rmmstream model show out/model\n  rmmstream model show model.zip --json',
    )
    .action(async (path: string) => {
      const { loadModel } = await import('../../services/scorer/model-folder.js');
      const { modelSummary } = await import('../../services/models/summary.js');
      const summary = modelSummary(loadModel(resolve(cli.currentDirectory, path)));
      printResult(cli, summaryText(summary, Math.min(cli.stdout.columns(), 100)), summary);
    });
}

function registerCompare(model: Command, cli: Cli): void {
  model
    .command('compare')
    .description(
      'Says what differs between two models: configuration, columns, network, scaler, data, losses, weights.',
    )
    .argument('<first>', what)
    .argument('<second>', what)
    .addHelpText(
      'after',
      '\nExit code 0 whether they differ or not.\n\nExamples:\n  rmmstream model compare before/model after/model\n  rmmstream model compare a.zip b.zip --json',
    )
    .action(async (first: string, second: string) => {
      const { loadModel } = await import('../../services/scorer/model-folder.js');
      const { compareModels } = await import('../../services/models/comparison.js');
      const load = (path: string) => loadModel(resolve(cli.currentDirectory, path));
      const comparison = compareModels(load(first), load(second));
      printResult(cli, comparisonText(comparison), comparison);
    });
}

function registerVerify(model: Command, cli: Cli): void {
  model
    .command('verify')
    .description(
      'Checks the hashes and versions of a model, and that its model.onnx gives the scores of its weights here.',
    )
    .argument('<model>', what)
    .addHelpText(
      'after',
      '\nExit code 1 where something is wrong; everything that is gets named.\n\nExamples:\n  rmmstream model verify out/model\n  rmmstream model verify model.zip --json',
    )
    .action(async (path: string) => {
      const { verifyModel } = await import('../../services/models/verification.js');
      const verification = await verifyModel(resolve(cli.currentDirectory, path));
      printResult(cli, verificationText(verification), verification);
      if (!verification.ok) cli.exitCode = 1;
    });
}
