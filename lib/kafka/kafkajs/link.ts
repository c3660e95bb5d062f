import { RmmError } from '../../base/error.js';
import type { KafkaConnection } from '../client.js';
import { closedHere } from '../failures.js';
import type { Notes } from '../notes.js';
import { unlessAborted } from '../waiting.js';
import { connectionFailure } from './connection-failure.js';
import { type FetchAnswer, type FetchAsk, readFetchAnswer } from './fetch-answer.js';
import type { OwnRequest } from './flexible.js';
import {
  type ApiRanges,
  apiOf,
  WireConnection,
  WireEncoder,
  type WireRequest,
  type WireResponse,
} from './internals.js';
import { linkSettings, openTimeoutMs } from './link-settings.js';
import type { ApiName, Wire } from './wire.js';

/** What every connection of one client shares. */
export interface LinkContext {
  readonly connection: KafkaConnection;
  readonly notes: Notes;
  /** Everything that holds connections, so that the client can close it all. */
  readonly open: Set<{ close(): void }>;
}

interface ApiVersionsAnswer {
  readonly apiVersions: readonly {
    readonly apiKey: number;
    readonly minVersion: number;
    readonly maxVersion: number;
  }[];
}

/** One connection to one broker, logged in. Not connected again once lost: open another. */
export class Link {
  readonly address: string;
  readonly #context: LinkContext;
  readonly #wire: WireConnection;
  #ranges: ApiRanges = {};
  readonly #waiting = new Set<(reason: RmmError) => void>();
  #hasAnswered = false;
  #ended: RmmError | undefined;

  private constructor(context: LinkContext, address: string) {
    const { connection, notes } = context;
    this.#context = context;
    this.address = address;
    this.#wire = new WireConnection(linkSettings(connection, notes, address));
  }

  /**
   * @param signal gives it up at once
   * @throws kafka_unreachable, kafka_refused, kafka_version_unsupported, kafka_closed
   */
  static async open(context: LinkContext, address: string, signal?: AbortSignal): Promise<Link> {
    const link = new Link(context, address);
    const asking = { doing: 'connecting', broker: address };
    const { notes } = context;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const isLate = () =>
        reject(new RmmError('kafka_unreachable', `connecting: broker ${address} did not answer in time`));
      timer = setTimeout(isLate, openTimeoutMs(context.connection));
    });
    const opened = Promise.race([link.#logIn(), late]);
    try {
      if (signal === undefined) await opened;
      else await unlessAborted(opened, signal, () => closedHere(`connecting to ${address}`));
      notes.found(address);
      return link;
    } catch (error) {
      link.close();
      const failure = connectionFailure(error, asking, true);
      if (failure.code !== 'kafka_closed') notes.lost(address, failure.message);
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  async #logIn(): Promise<void> {
    await this.#wire.connect();
    const { apiVersions } = (await this.#wire.send(
      apiOf('ApiVersions').call(undefined),
    )) as ApiVersionsAnswer;
    this.#ranges = Object.fromEntries(apiVersions.map((range) => [range.apiKey, range]));
    this.#wire.setVersions(this.#ranges);
    this.#wire.setSupportAuthenticationProtocol(true);
    await this.#wire.authenticate();
  }

  get isOpen(): boolean {
    return this.#ended === undefined && this.#wire.isConnected();
  }

  /**
   * Sends a request and waits for its answer; error numbers inside the answer are the caller's to look at.
   * @param timeoutMs added to the time-out of requests, where the broker is asked to wait
   * @throws kafka_unreachable, kafka_closed, kafka_refused, kafka_version_unsupported
   */
  ask<Name extends ApiName>(
    name: Name,
    args: Wire[Name]['ask'],
    doing: string,
    timeoutMs = 0,
  ): Promise<Wire[Name]['answer']> {
    const { request, response } = apiOf(name).call(args);
    const decode = response.decode as WireResponse<Wire[Name]['answer']>['decode'];
    return this.#exchange(name, request, decode, doing, timeoutMs);
  }

  /** Fetches messages; see `ask`. */
  fetch(args: FetchAsk, doing: string): Promise<FetchAnswer> {
    const { request } = apiOf('Fetch').call(args);
    return this.#exchange('Fetch', request, async (bytes) => readFetchAnswer(bytes), doing, args.maxWaitTime);
  }

  /** Sends a request that kafkajs does not know; see `ask`. */
  askOwn<Answer>({ name, key, version, body, read }: OwnRequest<Answer>, doing: string): Promise<Answer> {
    const encode = async () => new WireEncoder().writeBuffer(body);
    const request = { apiName: name, apiKey: key, apiVersion: version, encode };
    return this.#exchange(name, request, async (bytes) => read(bytes), doing, 0);
  }

  async #exchange<Answer>(
    name: string,
    request: WireRequest,
    decode: (payload: Buffer) => Promise<Answer>,
    doing: string,
    timeoutMs: number,
  ): Promise<Answer> {
    if (this.#ended !== undefined) throw this.#ended;
    this.#checkVersion(name, request.apiKey, request.apiVersion);
    const response = { decode, parse: async (answer: Answer) => answer };
    const sent = this.#wire.send({ request, response, logResponseError: false });
    try {
      const answer = await this.#inTime(sent, this.#context.connection.requestTimeoutMs + timeoutMs, doing);
      this.#hasAnswered = true;
      return answer;
    } catch (error) {
      const failure = connectionFailure(error, { doing, broker: this.address }, !this.#hasAnswered);
      // A broker that is late once is late for every request behind it; a lost socket stays lost.
      if (failure.code === 'kafka_unreachable') this.#end(failure);
      throw failure;
    }
  }

  /**
   * kafkajs' own time-outs end with the connection, and a request that it puts in line while the connection is
   * being taken down would be waited for without end.
   */
  #inTime<Answer>(sent: Promise<Answer>, timeoutMs: number, doing: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const isLate = () =>
        reject(
          new RmmError(
            'kafka_unreachable',
            `${doing}: broker ${this.address} did not answer in ${timeoutMs} ms`,
            {
              context: { broker: this.address },
            },
          ),
        );
      const timer = setTimeout(isLate, timeoutMs);
      this.#waiting.add(reject);
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(reject);
      };
      sent.then(resolve, reject).finally(settle);
    });
  }

  #checkVersion(name: string, apiKey: number, version: number): void {
    const range = this.#ranges[apiKey];
    if (range !== undefined && version >= range.minVersion && version <= range.maxVersion) return;
    const theirs = range === undefined ? 'none' : `${range.minVersion} to ${range.maxVersion}`;
    throw new RmmError(
      'kafka_version_unsupported',
      `broker ${this.address} knows versions ${theirs} of the request ${name}, this client speaks version ${version}`,
    );
  }

  /** Drops the connection at once; requests under way end with kafka_closed. */
  close(): void {
    this.#end(closedHere(`waiting for broker ${this.address}`));
  }

  #end(reason: RmmError): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    for (const reject of this.#waiting) reject(reason);
    this.#wire.rejectRequests(reason);
    this.#wire.disconnect().catch(() => undefined);
    this.#wire.socket?.destroy();
  }
}
