import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Command } from 'commander';
import { commands } from '../../cli/commands/index.js';
import { createProgram } from '../../cli/frame.js';
import { configurationIdentity } from '../../lib/config/identity.js';
import { loadConfig } from '../../lib/config/index.js';
import { inFolder, runCli } from '../support/cli.js';
import { writeConfig } from '../support/small-run.js';
import { fakeCli } from '../unit/cli/fake-cli.js';

const secret = 'hunter2-of-the-brokers';
const token = 'a-token-of-more-than-enough-characters';

test('no command takes a secret where every user of the machine can read it: among its arguments', () => {
  const seen: string[] = [];
  const look = (command: Command): void => {
    for (const { flags } of command.options) seen.push(flags);
    for (const { name } of command.registeredArguments.map((argument) => ({ name: argument.name() })))
      seen.push(name);
    command.commands.forEach(look);
  };
  look(createProgram(fakeCli().cli, commands));
  assert.ok(seen.length > 60, `${seen.length}`);
  assert.deepEqual(
    seen.filter((flags) => /token|password|secret|credential/i.test(flags)),
    [],
  );
});

test('secrets of files and of the environment are in nothing that shows or keeps the configuration', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'password'), secret);
    const config = writeConfig(folder);
    const environment = {
      RMMSTREAM_SERVE_TOKEN: token,
      KAFKA_PASSWORD: secret,
      RMMSTREAM__ENGINE__TYPE: 'kafka',
      RMMSTREAM__ENGINE__BROKERS: '[127.0.0.1:9092]',
      RMMSTREAM__KAFKA__SASL__MECHANISM: 'scram-sha-512',
      RMMSTREAM__KAFKA__SASL__USERNAME: 'analysis',
    };
    for (const reference of ['env:KAFKA_PASSWORD', `file:${join(folder, 'password')}`]) {
      const env = { ...environment, RMMSTREAM__KAFKA__SASL__PASSWORD: reference };
      for (const args of [
        ['config', 'show', config],
        ['config', 'show', config, '--json'],
        ['validate', config, '--json'],
      ]) {
        const { code, stdout, stderr } = await runCli(args, { env });
        assert.equal(code, 0, stderr);
        assert.ok(!(stdout + stderr).includes(secret) && !(stdout + stderr).includes(token), args.join(' '));
      }
      // What goes into run.json and onto the topic `progress`: not even where the secret is.
      const { config: loaded, profile } = loadConfig({
        file: config,
        environment: env,
        overrides: [],
        currentDirectory: folder,
        needs: 'background',
      });
      assert.equal(loaded.kafka.sasl.password, reference);
      const kept = JSON.stringify(configurationIdentity(loaded, profile));
      assert.match(kept, /"training":/);
      assert.ok(!kept.includes(reference) && !kept.includes(secret));
    }
  }));
