import { setTimeout as pause } from 'node:timers/promises';
import { RmmError } from '../../base/error.js';
import { Backoff } from '../backoff.js';
import { brokerCode } from '../broker-codes.js';
import type { GroupMember, GroupOptions } from '../client.js';
import { brokerFailure } from '../failures.js';
import { type ShareMember, shareOut } from '../share-out.js';
import type { Directory } from './directory.js';
import {
  assignorName,
  readAssignment,
  readOwned,
  writeAssignment,
  writeSubscription,
} from './group-protocol.js';
import type { Link, LinkContext } from './link.js';
import { Links } from './links.js';
import { Rejoining, type Setback, setbackOf } from './setbacks.js';
import type { Wire } from './wire.js';

const firstPauseMs = 50;
const longestHeartbeatMs = 1000;
const leastTimeoutMs = 2000;
const leaveTimeoutMs = 3000;

/** A generation of the group that this member takes part in. */
interface Joined {
  readonly memberId: string;
  readonly generationId: number;
}

/**
 * Membership of a consumer group and nothing else: it joins, shares out where it is the leader, and sends
 * heartbeats. It never fetches, so there is nothing to pause across rebalances, and a partition without a
 * leader does not touch membership. Whatever happens it tries to get back in, until it leaves.
 */
export class KafkajsGroupMember implements GroupMember {
  readonly #options: GroupOptions;
  readonly #directory: Directory;
  readonly #context: LinkContext;
  readonly #links: Links;
  #memberId = '';
  #owned: readonly number[] = [];
  #isLeaving = false;
  #told: { state: string; reason: string | undefined } = { state: '', reason: undefined };
  #awaySince: number | undefined;
  readonly #leaving = new AbortController();
  readonly #running: Promise<void>;

  constructor(context: LinkContext, directory: Directory, options: GroupOptions) {
    const { connection } = context;
    // A coordinator that hangs must be noticed before the session ends.
    const requestTimeoutMs = Math.min(
      connection.requestTimeoutMs,
      Math.max(leastTimeoutMs, connection.sessionTimeoutMs),
    );
    this.#context = { ...context, connection: { ...connection, requestTimeoutMs } };
    this.#directory = directory;
    this.#options = options;
    this.#links = new Links(this.#context);
    this.#running = this.#run();
  }

  get #group(): string {
    return this.#options.group;
  }

  async #run(): Promise<void> {
    const rejoining = new Rejoining(this.#context.connection.retryMaxMs);
    // Callbacks belong to calls after this one has returned.
    await pause(0);
    while (!this.#isLeaving) {
      try {
        const joined = await this.#join();
        rejoining.joined();
        await this.#stay(joined);
      } catch (error) {
        if (this.#isLeaving) return;
        const setback = setbackOf(error);
        this.#learn(setback, error as Error);
        await this.#sleep(rejoining.pauseMs(setback));
      }
    }
  }

  /** Draws the consequences of a failure for the next try, and tells it where it is more than a rebalance. */
  #learn(setback: Setback, error: Error): void {
    if (setback === 'forgotten') this.#memberId = '';
    if (setback === 'moved' || setback === 'lost') this.#directory.forgetCoordinator('group', this.#group);
    this.#awaySince ??= performance.now();
    const awayMs = performance.now() - this.#awaySince;
    const isPassing = setback === 'meeting' || setback === 'moved';
    if (isPassing && awayMs < this.#context.connection.sessionTimeoutMs) this.#tell('joining');
    else this.#tell('lost', error);
  }

  /** Tells changes only; while lost, what is tried to get back in is none. */
  #tell(state: 'joining' | 'joined' | 'lost', reason?: Error): void {
    if (this.#isLeaving || (state === 'joining' && this.#told.state === 'lost')) return;
    if (this.#told.state === state && this.#told.reason === reason?.message) return;
    this.#told = { state, reason: reason?.message };
    if (state === 'joined') this.#awaySince = undefined;
    if (reason === undefined) this.#options.onState(state);
    else this.#options.onState(state, reason);
  }

  async #sleep(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#leaving.signal }).catch(() => undefined);
  }

  async #coordinator(doing: string): Promise<Link> {
    return await this.#links.to(await this.#directory.coordinatorOf('group', this.#group, doing));
  }

  async #join(): Promise<Joined> {
    const doing = `joining group ${this.#group}`;
    this.#tell('joining');
    const link = await this.#coordinator(doing);
    const answer = await this.#askJoin(link, doing);
    const memberId = answer.memberId;
    this.#memberId = memberId;
    const isLeader = answer.leaderId === memberId;
    const sync = await link.ask(
      'SyncGroup',
      {
        groupId: this.#group,
        generationId: answer.generationId,
        memberId,
        groupAssignment: isLeader ? await this.#assign(answer.members, doing) : [],
      },
      doing,
      this.#context.connection.sessionTimeoutMs,
    );
    if (sync.errorCode !== 0) throw brokerFailure(sync.errorCode, { doing, broker: link.address });
    this.#owned = readAssignment(sync.memberAssignment, this.#options.topic);
    if (!this.#isLeaving) {
      this.#tell('joined');
      this.#options.onPartitions(this.#owned);
    }
    return { memberId, generationId: answer.generationId };
  }

  async #askJoin(link: Link, doing: string): Promise<Wire['JoinGroup']['answer']> {
    const { sessionTimeoutMs } = this.#context.connection;
    for (;;) {
      const answer = await link.ask(
        'JoinGroup',
        {
          groupId: this.#group,
          sessionTimeout: sessionTimeoutMs,
          // Members hold nothing back while the group meets, so nobody needs longer than to notice.
          rebalanceTimeout: sessionTimeoutMs,
          memberId: this.#memberId,
          protocolType: 'consumer',
          groupProtocols: [
            { name: assignorName, metadata: writeSubscription(this.#options.topic, this.#owned) },
          ],
        },
        doing,
        sessionTimeoutMs,
      );
      if (answer.errorCode === 0) return answer;
      if (answer.errorCode !== brokerCode.memberIdRequired || this.#isLeaving)
        throw brokerFailure(answer.errorCode, { doing, broker: link.address });
      this.#memberId = answer.memberId;
    }
  }

  async #assign(
    members: Wire['JoinGroup']['answer']['members'],
    doing: string,
  ): Promise<Wire['SyncGroup']['ask']['groupAssignment']> {
    const { topic } = this.#options;
    const { partitionMetadata } = await this.#directory.topic(topic, doing);
    const sharing: ShareMember[] = members.map(({ memberId, memberMetadata }) => ({
      id: memberId,
      owned: readOwned(memberMetadata, topic),
    }));
    return [...shareOut(sharing, partitionMetadata.length)].map(([memberId, partitions]) => ({
      memberId,
      memberAssignment: writeAssignment(topic, partitions),
    }));
  }

  /** Sends heartbeats; throws when the group meets again or the coordinator is lost. */
  async #stay({ memberId, generationId }: Joined): Promise<void> {
    const doing = `staying in group ${this.#group}`;
    const { sessionTimeoutMs } = this.#context.connection;
    const heartbeatMs = Math.min(longestHeartbeatMs, sessionTimeoutMs / 4);
    const retry = new Backoff(firstPauseMs, heartbeatMs);
    let heardAt = performance.now();
    while (!this.#isLeaving) {
      await this.#sleep(heartbeatMs);
      if (this.#isLeaving) return;
      try {
        const link = await this.#coordinator(doing);
        const ask = { groupId: this.#group, groupGenerationId: generationId, memberId };
        const { errorCode } = await link.ask('Heartbeat', ask, doing);
        if (errorCode !== 0) throw brokerFailure(errorCode, { doing, broker: link.address });
        heardAt = performance.now();
        retry.reset();
      } catch (error) {
        const isMoved =
          setbackOf(error) === 'moved' || (error instanceof RmmError && error.code === 'kafka_unreachable');
        // Another broker may be the coordinator by now and know this member, so that nobody need meet again.
        if (!isMoved || this.#isLeaving || performance.now() - heardAt > sessionTimeoutMs) throw error;
        this.#directory.forgetCoordinator('group', this.#group);
        await this.#sleep(retry.next());
      }
    }
  }

  async leave(): Promise<void> {
    if (this.#isLeaving) return await this.#running;
    this.#isLeaving = true;
    this.#leaving.abort();
    // A connection of its own: a broker answers a join, which may take long, before what comes after it.
    const links = new Links(this.#context);
    try {
      if (this.#memberId !== '') {
        const left = this.#sayGoodbye(links);
        await Promise.race([left, pause(leaveTimeoutMs, undefined, { ref: false })]);
        left.catch(() => undefined);
      }
    } catch (error) {
      this.#context.notes.say(
        `leaving group ${this.#group} failed, the others wait for the session to end: ${(error as Error).message}`,
      );
    } finally {
      links.close();
      this.#links.close();
      await this.#running;
    }
  }

  async #sayGoodbye(links: Links): Promise<void> {
    const doing = `leaving group ${this.#group}`;
    const link = await links.to(await this.#directory.coordinatorOf('group', this.#group, doing));
    const { errorCode } = await link.ask(
      'LeaveGroup',
      { groupId: this.#group, memberId: this.#memberId },
      doing,
    );
    if (errorCode !== 0) throw brokerFailure(errorCode, { doing, broker: link.address });
  }
}
