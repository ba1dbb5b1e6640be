import type { MintRequest } from '../fixtures.ts';

/** A server that was started, whoever it is. */
export interface Server {
  readonly port: number;
  readonly pid: number;
  readonly redisPid?: number;
  /** What it mints for a code is as good as a token: nothing is redeemed first. */
  readonly codesAreTokens?: boolean;
  mint(request: MintRequest): Promise<readonly string[]>;
  /** Called before the clock runs: lets go of what minting left. */
  collectGarbage(): Promise<void>;
  /** Called before the clock stops: waits for work put off. */
  awaitDeferredWork(): Promise<void>;
  close(): Promise<void>;
}
