import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import type { CommittedOffset, KafkaConnection } from '../client.js';
import { askCoordinator, type Coordinated } from './coordinated.js';
import type { Directory } from './directory.js';
import type { Links } from './links.js';
import { stableOffsetFetch } from './offset-fetch.js';

/** Asks the coordinators of groups. */
export class GroupAdmin {
  readonly #connection: KafkaConnection;
  readonly #directory: Directory;
  readonly #links: Links;

  constructor(connection: KafkaConnection, directory: Directory, links: Links) {
    this.#connection = connection;
    this.#directory = directory;
    this.#links = links;
  }

  #coordinator(group: string, doing: string): Coordinated {
    const deadline = performance.now() + this.#connection.requestTimeoutMs;
    return { directory: this.#directory, links: this.#links, kind: 'group', key: group, doing, deadline };
  }

  async committed(
    group: string,
    topic: string,
    partitions: readonly number[],
  ): Promise<ReadonlyMap<number, CommittedOffset>> {
    const target = this.#coordinator(group, `asking for offsets of group ${group}`);
    const { committed } = await askCoordinator(target, async (link) => {
      const answer = await link.askOwn(stableOffsetFetch(group, topic, partitions), target.doing);
      return { answer, codes: answer.codes };
    });
    return committed;
  }

  async members(group: string): Promise<number> {
    const target = this.#coordinator(group, `asking for members of group ${group}`);
    const { groups } = await askCoordinator(target, async (link) => {
      const answer = await link.ask('DescribeGroups', { groupIds: [group] }, target.doing);
      const codes = answer.groups.map(({ errorCode }) =>
        errorCode === brokerCode.groupNotFound ? 0 : errorCode,
      );
      return { answer, codes };
    });
    return groups.reduce((sum, { members }) => sum + members.length, 0);
  }

  async delete(groups: readonly string[]): Promise<void> {
    const busy: string[] = [];
    for (const group of groups) {
      const target = this.#coordinator(group, `deleting group ${group}`);
      const { results } = await askCoordinator(target, async (link) => {
        const answer = await link.ask('DeleteGroups', [group], target.doing);
        const settled: ReadonlySet<number> = new Set([brokerCode.groupNotFound, brokerCode.nonEmptyGroup]);
        return {
          answer,
          codes: answer.results.map(({ errorCode }) => (settled.has(errorCode) ? 0 : errorCode)),
        };
      });
      if (results.some(({ errorCode }) => errorCode === brokerCode.nonEmptyGroup)) busy.push(group);
    }
    if (busy.length > 0)
      throw new RmmError(
        'kafka_group_busy',
        `${busy.length === 1 ? 'group' : 'groups'} ${busy.join(', ')} still have members; stop the services first`,
        { context: { groups: busy } },
      );
  }
}
