import type { Clock } from '../../store/port.ts';

/** A receiver, such as a client or a host, and how many requests to it may be under way. */
export interface ReceiverShare {
  readonly name: string;
  readonly most: number;
}

/** What this process sends to one receiver. */
interface Receiver {
  readonly most: number;
  /** When each request under way was begun, the oldest first. */
  readonly begun: Map<symbol, number>;
  /** How long recent requests took. */
  averageMs: number | undefined;
  /** The turn of the next message that has to wait. */
  nextTurn: number;
}

export interface Shares {
  /** Begins a message to all of these receivers, or returns when its turn comes. */
  begin(
    receivers: readonly ReceiverShare[],
  ): { readonly end: (isSent: boolean) => void } | { readonly turn: number };
  /** Whether messages wait for their turn. */
  isAwaited(): boolean;
}

/** How long a request is taken to last before one has ended. */
const firstGuessMs = 250;
const minPauseMs = 250;
/** How much one request changes the average. */
const weight = 0.25;

const takesMs = ({ begun, averageMs = firstGuessMs }: Receiver): number => {
  const [oldest = performance.now()] = begun.values();
  return Math.max(averageMs, performance.now() - oldest);
};

/**
 * Gives each receiver a share of the requests that are sent at a time. The others get turns, as far apart as the receiver
 * can take them by the time that its requests last. So a message is looked at again about when it can be sent, however
 * many wait.
 */
export const createShares = (clock: Clock): Shares => {
  const receivers = new Map<string, Receiver>();

  const receiverOf = ({ name, most }: ReceiverShare): Receiver => {
    const known = receivers.get(name);
    if (known) return known;
    const receiver: Receiver = { most, begun: new Map(), averageMs: undefined, nextTurn: 0 };
    receivers.set(name, receiver);
    return receiver;
  };

  const nextTurn = (receiver: Receiver): number => {
    const lasts = takesMs(receiver);
    const turn = Math.max(clock.now() + Math.max(lasts, minPauseMs), receiver.nextTurn);
    receiver.nextTurn = turn + lasts / receiver.most;
    return Math.ceil(turn);
  };

  const forgetIdle = (): void => {
    for (const [name, { begun, nextTurn: turn }] of receivers)
      if (begun.size === 0 && turn <= clock.now()) receivers.delete(name);
  };

  return {
    begin(shares) {
      const all = shares.map(receiverOf);
      const full = all.filter(({ begun, most }) => begun.size >= most);
      if (full.length > 0) return { turn: Math.max(...full.map(nextTurn)) };
      const request = Symbol('request');
      const begunAt = performance.now();
      for (const { begun } of all) begun.set(request, begunAt);
      return {
        end(isSent) {
          const lasted = performance.now() - begunAt;
          for (const receiver of all) {
            receiver.begun.delete(request);
            if (!isSent) continue;
            receiver.averageMs = (receiver.averageMs ?? lasted) * (1 - weight) + lasted * weight;
          }
          forgetIdle();
        },
      };
    },
    isAwaited() {
      forgetIdle();
      return [...receivers.values()].some(({ nextTurn: turn }) => turn > clock.now());
    },
  };
};
