import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { registerTopics } from '../../../cli/commands/topics.js';
import { createProgram, runProgram } from '../../../cli/frame.js';
import { inFolder } from '../../support/cli.js';
import { fakeCli } from './fake-cli.js';

/** Nobody listens there: whoever asks it first ends with kafka_unreachable. */
const engine =
  'engine: { type: kafka, brokers: ["127.0.0.1:1"] }\nkafka: { prefix: mine, retry_max_ms: 100 }\n';

async function refused(args: readonly string[], yaml: string, expected: object): Promise<void> {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'analysis.yaml'), yaml);
    const { cli, out } = fakeCli({ currentDirectory: folder });
    const whole = ['topics', ...args.map((arg) => (arg === 'CONFIG' ? join(folder, 'analysis.yaml') : arg))];
    await assert.rejects(runProgram(createProgram(cli, [registerTopics]), whole), expected);
    assert.equal(out(), '');
  });
}

test('deleting without --yes is refused before a broker is asked', () =>
  refused(['delete', 'CONFIG'], engine, { code: 'cli_usage', message: /begins with mine\. .* --yes/ }));

test('input files that are not there are told before topics are made', () =>
  refused(
    ['create', 'CONFIG'],
    `${engine}input: { samples: [{ name: zee, kind: background, files: [gone.root] }] }\n`,
    { code: 'input_file_missing' },
  ));

test('a broker that is not there is named, with what to do', () =>
  refused(['describe', 'CONFIG'], engine, { code: 'kafka_unreachable', message: /127\.0\.0\.1:1/ }));
