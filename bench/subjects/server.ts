import type { MintRequest } from '../fixtures.ts';

/** A running server that is measured. */
export interface Server {
  readonly port: number;
  readonly pid: number;
  readonly redisPid?: number;
  /** A minted code also works as an access token, so no code is redeemed before the measurement. */
  readonly codesAreTokens?: boolean;
  mint(request: MintRequest): Promise<readonly string[]>;
  /** Frees the memory that minting used; called before a measurement. */
  collectGarbage(): Promise<void>;
  /** Waits for the work that follows the answers; called before a measurement ends. */
  awaitDeferredWork(): Promise<void>;
  close(): Promise<void>;
}
