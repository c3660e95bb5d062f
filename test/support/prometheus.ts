import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../../lib/base/package-root.js';
import { freePorts } from './kafka/ports.js';
import { untilTrue } from './kafka-services.js';

/** Why no Prometheus can be started here, for the skip option of a test; false where one can. */
export const prometheusSkip: string | false =
  spawnSync('prometheus', ['--version']).status === 0
    ? false
    : "prometheus is not installed (Debian's package prometheus has it)";

/** So many times faster than deploy/prometheus/rules.yml has it goes the time of a drill. */
const faster = 60;
export const pages = 'https://pages.example/';

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** A real Prometheus with our configuration and rules. */
export interface StartedPrometheus {
  /** Alerts of a name that fire now. @throws where no rule has that name: nothing would ever fire */
  firing(name: string): Promise<readonly Alert[]>;
  /** Waits until an alert fires with these labels. */
  untilFiring(name: string, labels?: Readonly<Record<string, string>>): Promise<Alert>;
  /** Waits until none of that name fires. */
  untilClear(name: string): Promise<void>;
  /** The value of an expression that gives one series; undefined where it gives none. */
  value(expression: string): Promise<number | undefined>;
  /** Gives it other targets, by service. */
  setTargets(ports: Readonly<Record<string, readonly number[]>>): void;
  stop(): Promise<void>;
}

/** Durations of rules, shorter: those in brackets, of `offset` and of `for`. */
export function hastened(rules: string): string {
  const short = (text: string) => {
    const unit = { s: 1000, m: 60_000, h: 3_600_000 }[text.at(-1)!]!;
    return `${Math.round((Number(text.slice(0, -1)) * unit) / faster)}ms`;
  };
  return rules
    .replace(/\[(\d+[smh])\]/g, (_, text: string) => `[${short(text)}]`)
    .replace(/\b(offset |for: )(\d+[smh])\b/g, (_, before: string, text: string) => before + short(text));
}

function alertNames(rules: string): string[] {
  const { groups } = parse(rules) as { groups: { rules: { alert?: string }[] }[] };
  return groups.flatMap((group) => group.rules).flatMap(({ alert }) => alert ?? []);
}

/** @param config one of deploy/prometheus, whose first job gets the targets */
export async function startPrometheus(
  folder: string,
  config: 'prometheus.yml' | 'embedded.yml',
  targets: Readonly<Record<string, readonly number[]>>,
): Promise<StartedPrometheus> {
  const shipped = (name: string) => readFileSync(join(packageRoot, 'deploy/prometheus', name), 'utf8');
  const { rule_files, scrape_configs } = parse(shipped(config)) as {
    rule_files: string[];
    scrape_configs: { job_name: string }[];
  };
  const targetFile = join(folder, 'targets.json');
  const setTargets = (ports: Readonly<Record<string, readonly number[]>>) => {
    const groups = Object.entries(ports).map(([service, own]) => ({
      targets: own.map((port) => `127.0.0.1:${port}`),
      labels: { service },
    }));
    writeFileSync(targetFile, JSON.stringify(groups));
  };
  setTargets(targets);
  for (const name of rule_files) writeFileSync(join(folder, name), hastened(shipped(name)));
  const known = new Set(rule_files.flatMap((name) => alertNames(shipped(name))));
  const global = {
    scrape_interval: '1s',
    scrape_timeout: '1s',
    evaluation_interval: '500ms',
    external_labels: { rmmstream_pages: pages },
  };
  const { job_name } = scrape_configs[0]!;
  const scraping = [{ job_name, file_sd_configs: [{ files: [targetFile], refresh_interval: '1s' }] }];
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, stringify({ global, rule_files, scrape_configs: scraping }));

  const [port] = await freePorts(1);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string) => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${said}`);
    return (await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: unknown };
  };
  const alerts = async () => ((await ask('alerts')).data as { alerts: Alert[] }).alerts;
  const firing = async (name: string) => {
    if (!known.has(name)) throw new Error(`no rule has the name ${name}`);
    return (await alerts()).filter(({ labels, state }) => labels.alertname === name && state === 'firing');
  };
  /** Every alert, and every series of the stages, for the message of a drill that failed. */
  const situation = async () => {
    const series = '{__name__=~"stage.*|rmmstream_(lag|position|service|model|disk).*"}';
    const { result } = (await ask(`query?query=${encodeURIComponent(series)}`)).data as {
      result: { metric: Record<string, string>; value: [number, string] }[];
    };
    const lines = result.map(({ metric, value }) => `${JSON.stringify(metric)} ${value[1]}`).sort();
    const open = (await alerts()).map(({ labels, state }) => `${state} ${JSON.stringify(labels)}`).sort();
    return [...open, ...lines].join('\n');
  };
  const isReady = async () => child.exitCode !== null || (await fetch(`${url}/-/ready`)).status === 200;
  await untilTrue('Prometheus is ready', isReady);
  if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${said}`);
  return {
    firing,
    setTargets,
    async untilFiring(name, labels = {}) {
      let found: Alert | undefined;
      const isThere = async () => {
        found = (await firing(name)).find((alert) =>
          Object.entries(labels).every(([label, value]) => alert.labels[label] === value),
        );
        return found !== undefined;
      };
      await untilTrue(`${name} fires for ${JSON.stringify(labels)}`, isThere).catch(async (error: Error) => {
        throw new Error(`${error.message}; Prometheus has:\n${await situation()}`);
      });
      return found!;
    },
    async untilClear(name) {
      await untilTrue(`${name} is clear`, async () => (await firing(name)).length === 0);
    },
    async value(expression) {
      const { data } = await ask(`query?query=${encodeURIComponent(expression)}`);
      const [first] = (data as { result: { value: [number, string] }[] }).result;
      return first === undefined ? undefined : Number(first.value[1]);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
