import { setTimeout as pause } from 'node:timers/promises';
import { Backoff } from '../../base/backoff.js';
import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import type { GroupMember, GroupOptions } from '../client.js';
import { brokerFailure, closedHere } from '../failures.js';
import { type ShareMember, shareOut } from '../share-out.js';
import { inTime, unlessAborted } from '../waiting.js';
import type { Directory } from './directory.js';
import { readAssignment, readOwned, writeAssignment } from './group-protocol.js';
import { askToJoin, type Joined, leaveGroup, sendHeartbeat, syncGroup } from './group-requests.js';
import type { Link, LinkContext } from './link.js';
import { Links } from './links.js';
import { firstPauseMs, Rejoining, type Setback, setbackOf } from './setbacks.js';
import type { Wire } from './wire.js';

const longestHeartbeatMs = 1000;
const leastTimeoutMs = 2000;
const leaveTimeoutMs = 3000;

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
  #told: { state: string; reason: string | undefined } = { state: '', reason: undefined };
  #awaySince: number | undefined;
  readonly #leaving = new AbortController();
  #left: Promise<void> | undefined;
  /** A request to join that has no answer yet; never fails. */
  #joining: Promise<unknown> = Promise.resolve();
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

  get #isLeaving(): boolean {
    return this.#leaving.signal.aborted;
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
    const looking = this.#directory.coordinatorOf('group', this.#group, doing);
    return await this.#links.to(await this.#unlessLeaving(looking, doing));
  }

  #unlessLeaving<Result>(call: Promise<Result>, doing: string): Promise<Result> {
    return unlessAborted(call, this.#leaving.signal, () => closedHere(doing));
  }

  async #join(): Promise<Joined> {
    const doing = `joining group ${this.#group}`;
    const { sessionTimeoutMs } = this.#context.connection;
    this.#tell('joining');
    const link = await this.#coordinator(doing);
    let answer = await this.#askToJoin(link, doing);
    // A broker gives out a name first, and takes whoever comes with it.
    if (answer.errorCode === brokerCode.memberIdRequired) answer = await this.#askToJoin(link, doing);
    if (answer.errorCode !== 0) throw brokerFailure(answer.errorCode, { doing, broker: link.address });
    const { memberId, leaderId, generationId, members } = answer;
    const joined = { memberId, generationId };
    const shares = leaderId === memberId ? await this.#assign(members, doing) : [];
    const given = await syncGroup(link, this.#group, joined, shares, doing, sessionTimeoutMs);
    this.#owned = readAssignment(given, this.#options.topic);
    if (!this.#isLeaving) {
      this.#tell('joined');
      this.#options.onPartitions(this.#owned);
    }
    return joined;
  }

  async #askToJoin(link: Link, doing: string): Promise<Wire['JoinGroup']['answer']> {
    if (this.#isLeaving) throw closedHere(doing);
    const { sessionTimeoutMs } = this.#context.connection;
    const member = { memberId: this.#memberId, owned: this.#owned, sessionTimeoutMs };
    const asked = askToJoin(link, this.#options, member, doing).then((answer) => {
      const { errorCode, memberId } = answer;
      if (errorCode === 0 || errorCode === brokerCode.memberIdRequired) this.#memberId = memberId;
      return answer;
    });
    this.#joining = asked.catch(() => undefined);
    return await asked;
  }

  async #assign(
    members: Wire['JoinGroup']['answer']['members'],
    doing: string,
  ): Promise<Wire['SyncGroup']['ask']['groupAssignment']> {
    const { topic } = this.#options;
    const { partitionMetadata } = await this.#unlessLeaving(this.#directory.topic(topic, doing), doing);
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
  async #stay(joined: Joined): Promise<void> {
    const doing = `staying in group ${this.#group}`;
    const { sessionTimeoutMs } = this.#context.connection;
    const heartbeatMs = Math.min(longestHeartbeatMs, sessionTimeoutMs / 4);
    const retry = new Backoff(firstPauseMs, heartbeatMs);
    let heardAt = performance.now();
    while (!this.#isLeaving) {
      await this.#sleep(heartbeatMs);
      if (this.#isLeaving) return;
      try {
        await sendHeartbeat(await this.#coordinator(doing), this.#group, joined, doing);
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

  /** Leaves within seconds, whatever the brokers do: where they do not answer, the session ends by itself. */
  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #leave(): Promise<void> {
    this.#leaving.abort();
    // A connection of its own: a broker answers a join, which may take long, before what comes after it.
    const links = new Links(this.#context);
    let failure: string | undefined = `no answer in ${leaveTimeoutMs} ms`;
    const said = this.#sayGoodbye(links).then(
      () => {
        failure = undefined;
      },
      (error: Error) => {
        failure = error.message;
      },
    );
    await inTime(said, leaveTimeoutMs);
    links.close();
    this.#links.close();
    await this.#running;
    if (failure !== undefined)
      this.#context.notes.say(
        `leaving group ${this.#group} failed, the others wait for the session to end: ${failure}`,
      );
  }

  async #sayGoodbye(links: Links): Promise<void> {
    // The broker may be giving this member a name just now, for which it would wait until the session ends.
    if (this.#memberId === '') await this.#joining;
    if (this.#memberId === '') return;
    const doing = `leaving group ${this.#group}`;
    const link = await links.to(await this.#directory.coordinatorOf('group', this.#group, doing));
    await leaveGroup(link, this.#group, this.#memberId, doing);
  }
}
