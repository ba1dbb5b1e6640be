import type { Provider } from 'oidc-provider';
import { internalsOf } from './internals.ts';

/** The nonces of this server for DPoP proofs (RFC 9449 §8), which the engine checks at its own endpoints only. */
export interface DpopNonces {
  next(): string;
  isCurrent(nonce: string): boolean;
}

export const dpopNoncesOf = (provider: Provider): DpopNonces => {
  const { DPoPNonces: nonces } = internalsOf(provider);
  return {
    next: () => nonces.nextChallenge(),
    isCurrent: (nonce) => nonces.checkChallenge(nonce),
  };
};
