/** The requests that are sent, each with its arguments and its answer as kafkajs writes and reads them. */
export interface Wire {
  readonly Metadata: {
    /** No topic at all: every topic. */
    readonly ask: { readonly topics: readonly string[]; readonly allowAutoTopicCreation: false };
    readonly answer: {
      readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
      readonly topicMetadata: readonly TopicMetadata[];
    };
  };
  readonly GroupCoordinator: {
    readonly ask: { readonly groupId: string; readonly coordinatorType: 0 | 1 };
    readonly answer: {
      readonly errorCode: number;
      readonly errorMessage?: string | null;
      readonly coordinator: { readonly nodeId: number; readonly host: string; readonly port: number };
    };
  };
  readonly ListOffsets: {
    readonly ask: {
      readonly isolationLevel: 0 | 1;
      readonly topics: readonly {
        readonly topic: string;
        /** -2 asks for the first offset, -1 for the end. */
        readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
      }[];
    };
    readonly answer: {
      readonly responses: readonly {
        readonly partitions: readonly {
          readonly partition: number;
          readonly errorCode: number;
          readonly offset: string;
        }[];
      }[];
    };
  };
  readonly InitProducerId: {
    readonly ask: { readonly transactionalId: string; readonly transactionTimeout: number };
    readonly answer: {
      readonly errorCode: number;
      readonly producerId: string;
      readonly producerEpoch: number;
    };
  };
  readonly AddPartitionsToTxn: {
    readonly ask: TransactionalAsk & {
      readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
    };
    readonly answer: {
      readonly errors: readonly {
        readonly partitionErrors: readonly { readonly partition: number; readonly errorCode: number }[];
      }[];
    };
  };
  readonly AddOffsetsToTxn: {
    readonly ask: TransactionalAsk & { readonly groupId: string };
    readonly answer: { readonly errorCode: number };
  };
  readonly TxnOffsetCommit: {
    readonly ask: TransactionalAsk & {
      readonly groupId: string;
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly {
          readonly partition: number;
          readonly offset: number;
          readonly metadata: string;
        }[];
      }[];
    };
    readonly answer: {
      readonly topics: readonly {
        readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[];
      }[];
    };
  };
  readonly EndTxn: {
    /** true commits. */
    readonly ask: TransactionalAsk & { readonly transactionResult: boolean };
    readonly answer: { readonly errorCode: number };
  };
  readonly Produce: {
    readonly ask: TransactionalAsk & {
      readonly acks: -1;
      readonly timeout: number;
      readonly compression: number;
      readonly topicData: readonly {
        readonly topic: string;
        readonly partitions: readonly {
          readonly partition: number;
          readonly firstSequence: number;
          readonly messages: readonly WireMessage[];
        }[];
      }[];
    };
    readonly answer: {
      readonly topics: readonly {
        readonly partitions: readonly {
          readonly partition: number;
          readonly errorCode: number;
          readonly baseOffset: string;
        }[];
      }[];
    };
  };
  readonly JoinGroup: {
    readonly ask: {
      readonly groupId: string;
      readonly sessionTimeout: number;
      readonly rebalanceTimeout: number;
      readonly memberId: string;
      readonly protocolType: 'consumer';
      readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
    };
    readonly answer: {
      readonly errorCode: number;
      readonly generationId: number;
      readonly leaderId: string;
      readonly memberId: string;
      readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
    };
  };
  readonly SyncGroup: {
    readonly ask: {
      readonly groupId: string;
      readonly generationId: number;
      readonly memberId: string;
      readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
    };
    readonly answer: { readonly errorCode: number; readonly memberAssignment: Buffer };
  };
  readonly Heartbeat: {
    readonly ask: { readonly groupId: string; readonly groupGenerationId: number; readonly memberId: string };
    readonly answer: { readonly errorCode: number };
  };
  readonly LeaveGroup: {
    readonly ask: { readonly groupId: string; readonly memberId: string };
    readonly answer: { readonly errorCode: number };
  };
  readonly CreateTopics: {
    readonly ask: {
      readonly topics: readonly {
        readonly topic: string;
        readonly numPartitions: number;
        readonly replicationFactor: number;
        readonly configEntries: readonly { readonly name: string; readonly value: string }[];
      }[];
      readonly validateOnly: false;
      readonly timeout: number;
    };
    readonly answer: {
      readonly topicErrors: readonly {
        readonly topic: string;
        readonly errorCode: number;
        readonly errorMessage: string | null;
      }[];
    };
  };
  readonly DeleteTopics: {
    readonly ask: { readonly topics: readonly string[]; readonly timeout: number };
    readonly answer: {
      readonly topicErrors: readonly { readonly topic: string; readonly errorCode: number }[];
    };
  };
  readonly DescribeConfigs: {
    readonly ask: {
      readonly resources: readonly { readonly type: 2; readonly name: string }[];
      readonly includeSynonyms: false;
    };
    readonly answer: {
      readonly resources: readonly {
        readonly errorCode: number;
        readonly errorMessage: string | null;
        readonly resourceName: string;
        readonly configEntries: readonly {
          readonly configName: string;
          readonly configValue: string | null;
          readonly isDefault: boolean;
        }[];
      }[];
    };
  };
  readonly DescribeGroups: {
    readonly ask: { readonly groupIds: readonly string[] };
    readonly answer: {
      readonly groups: readonly {
        readonly errorCode: number;
        readonly groupId: string;
        readonly members: readonly unknown[];
      }[];
    };
  };
  readonly DeleteGroups: {
    readonly ask: readonly string[];
    readonly answer: {
      readonly results: readonly { readonly groupId: string; readonly errorCode: number }[];
    };
  };
}

export type ApiName = keyof Wire;

interface TransactionalAsk {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** Values must be Buffers: kafkajs writes every other kind of array as text. */
export interface WireMessage {
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface TopicMetadata {
  readonly topicErrorCode: number;
  readonly topic: string;
  readonly partitionMetadata: readonly {
    readonly partitionErrorCode: number;
    readonly partitionId: number;
    readonly leader: number;
    readonly replicas: readonly number[];
    readonly isr: readonly number[];
  }[];
}
