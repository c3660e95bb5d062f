import type { KafkaConnection } from '../client.js';
import { type SaslSettings, type SaslTools, saslProviders } from './internals.js';

/** UNSUPPORTED_SASL_MECHANISM, ILLEGAL_SASL_STATE, SASL_AUTHENTICATION_FAILED */
const refusals: ReadonlySet<unknown> = new Set([33, 34, 58]);

function isRefusal(error: unknown): boolean {
  const { name, code } = error as { readonly name?: string; readonly code?: unknown };
  return name === 'KafkaJSProtocolError' && refusals.has(code);
}

/**
 * A log-in that tells a broker's no from everything else that may happen in it. kafkajs calls a lost connection
 * too a failure of the log-in and keeps its reason in the text alone; taken for a refusal, a broker that restarts
 * would end the run.
 */
export function logIn(user: NonNullable<KafkaConnection['sasl']>): SaslSettings {
  const provide = saslProviders[user.mechanism](user);
  return {
    ...user,
    authenticationProvider: (tools) => ({ authenticate: () => authenticate(provide, tools) }),
  };
}

async function authenticate(
  provide: SaslSettings['authenticationProvider'],
  tools: SaslTools,
): Promise<void> {
  let failed: { readonly reason: unknown } | undefined;
  const saslAuthenticate: SaslTools['saslAuthenticate'] = async (step) => {
    try {
      return await tools.saslAuthenticate(step);
    } catch (reason) {
      failed = { reason };
      throw reason;
    }
  };
  try {
    await provide({ ...tools, saslAuthenticate }).authenticate();
  } catch (error) {
    throw failed === undefined || isRefusal(failed.reason) ? error : failed.reason;
  }
}
