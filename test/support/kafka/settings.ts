export interface NodeSettings {
  readonly node: number;
  /** Of every node: the port for clients, for brokers among themselves, and for controllers. */
  readonly ports: readonly NodePorts[];
  readonly dataFolder: string;
  readonly security: ListenerSecurity;
  readonly more: Readonly<Record<string, string>>;
}

export interface NodePorts {
  readonly node: number;
  readonly client: number;
  readonly internal: number;
  readonly controller: number;
}

/** How clients come in; brokers among themselves always talk in the clear. */
export interface ListenerSecurity {
  readonly sasl?: { readonly username: string; readonly password: string };
  /** Paths of PEM files. */
  readonly tls?: { readonly keystore: string; readonly clientAuthority?: string };
}

const login = 'org.apache.kafka.common.security';

function securitySettings(security: ListenerSecurity): Record<string, string> {
  const { sasl, tls } = security;
  return {
    ...(sasl !== undefined && {
      'listener.name.client.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.client.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required user_${sasl.username}="${sasl.password}";`,
      'listener.name.client.scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
      'listener.name.client.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    }),
    ...(tls !== undefined && {
      'listener.name.client.ssl.keystore.type': 'PEM',
      'listener.name.client.ssl.keystore.location': tls.keystore,
      ...(tls.clientAuthority !== undefined && {
        'listener.name.client.ssl.client.auth': 'required',
        'listener.name.client.ssl.truststore.type': 'PEM',
        'listener.name.client.ssl.truststore.location': tls.clientAuthority,
      }),
    }),
  };
}

function protocolOf({ sasl, tls }: ListenerSecurity): string {
  if (sasl !== undefined) return tls === undefined ? 'SASL_PLAINTEXT' : 'SASL_SSL';
  return tls === undefined ? 'PLAINTEXT' : 'SSL';
}

/** server.properties of one node that is broker and controller at once. */
export function serverProperties(settings: NodeSettings): string {
  const own = settings.ports.find((ports) => ports.node === settings.node)!;
  const count = settings.ports.length;
  const copies = String(count === 1 ? 1 : 3);
  const inSync = String(count === 1 ? 1 : 2);
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(settings.node),
    'controller.quorum.voters': settings.ports
      .map((ports) => `${ports.node}@127.0.0.1:${ports.controller}`)
      .join(','),
    listeners: `CLIENT://127.0.0.1:${own.client},INTERNAL://127.0.0.1:${own.internal},CONTROLLER://127.0.0.1:${own.controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${own.client},INTERNAL://127.0.0.1:${own.internal}`,
    'listener.security.protocol.map': `CLIENT:${protocolOf(settings.security)},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'inter.broker.listener.name': 'INTERNAL',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': settings.dataFolder,
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '4',
    'min.insync.replicas': inSync,
    // Quick tests: a group meets at once, a dead node, member or transaction is noticed within seconds.
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '500',
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': '3000',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500',
    'log.initial.task.delay.ms': '100',
    'log.cleaner.backoff.ms': '200',
    'log.cleaner.dedupe.buffer.size': '8388608',
    'log.retention.check.interval.ms': '500',
    ...securitySettings(settings.security),
    ...settings.more,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
