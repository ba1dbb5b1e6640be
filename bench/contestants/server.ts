import type { Order } from '../cast.ts';

/** A server that was started, whoever it is. */
export interface Server {
  readonly port: number;
  readonly pid: number;
  readonly redisPid?: number;
  /** What it mints for a code is as good as a token: nothing is redeemed first. */
  readonly codesAreTokens?: boolean;
  mint(order: Order): Promise<readonly string[]>;
  /** Called before the clock runs: lets go of what minting left. */
  settle(): Promise<void>;
  /** Called before the clock stops: waits for work put off. */
  finish(): Promise<void>;
  close(): Promise<void>;
}
