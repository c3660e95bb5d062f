import type { Command } from 'commander';
import { RmmError } from '../../lib/base/error.js';
import { type Cli, printResult } from '../cli.js';
import { addSetOption, type ConfigOptions, loadForCommand } from '../config-options.js';

interface GraphOptions extends ConfigOptions {
  readonly format: string;
}

export function registerGraph(program: Command, cli: Cli): void {
  const command = program
    .command('graph')
    .description('Draws the dataflow of a configuration: stages, topics and groups, files, side outputs.')
    .argument('<config>', 'configuration file (YAML)')
    .option('--format <name>', 'mermaid (for Markdown pages) or dot (for Graphviz)', 'mermaid')
    .addHelpText(
      'after',
      '\nInput files need not be there, and no broker is asked.\n\nExamples:\n  rmmstream graph analysis.yaml\n  rmmstream graph analysis.yaml --set engine.type=kafka --format dot | dot -Tsvg -o flow.svg',
    );
  addSetOption(command).action(async (file: string, options: GraphOptions) => {
    const { format } = options;
    if (format !== 'mermaid' && format !== 'dot')
      throw new RmmError('cli_usage', `--format ${format}: expected mermaid or dot`);
    const { config } = loadForCommand(cli, file, options, 'none', { resolveFiles: false });
    const flow =
      config.engine.type === 'kafka'
        ? (await import('../../services/graph/kafka-dataflow.js')).kafkaDataflow(config)
        : (await import('../../services/graph/embedded-dataflow.js')).embeddedDataflow(config);
    const text =
      format === 'dot'
        ? (await import('../../services/graph/dot.js')).dotOf(flow)
        : (await import('../../services/graph/mermaid.js')).mermaidOf(flow);
    printResult(cli, text, { format, text, ...flow });
  });
}
