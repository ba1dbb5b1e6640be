import { hash } from 'node:crypto';
import { errors } from 'oidc-provider';
import { kinds } from '../../store/record-kinds.ts';
import { takeCheckedAssertion } from '../clients/checked-assertion.ts';
import { currentContext, getUnitOfWork } from '../request-context.ts';
import type { Override } from './override.ts';

/** Added to the end that the engine names: the clock that made a proof may be a minute ahead. */
const graceSeconds = { assertion: 1, proof: 61 };

const replayError = (use: 'assertion' | 'proof', route: string): Error => {
  if (use === 'assertion')
    return new errors.InvalidClientAuth('client assertion tokens must only be used once');
  return route === 'userinfo'
    ? new errors.InvalidToken('DPoP proof JWT Replay detected')
    : new errors.InvalidDpopProof('DPoP proof JWT Replay detected');
};

export const replayDetection: Override = {
  name: 'replay-detection',
  symbols: ['ReplayDetection.unique'],
  reason:
    'The engine reads before it writes, so two requests at once both pass. Here the mark is an insert of the ' +
    'commit: the store lets one request through and no round trip is added. The mark stays when the request ' +
    'is refused for another reason. Assertions and DPoP proofs have separate marks.',
  test: 'test/protocol/dpop.test.ts',
  apply(provider) {
    provider.ReplayDetection.unique = async (issuer: string, jti: string, exp: number): Promise<boolean> => {
      const ctx = currentContext();
      if (!ctx) throw new Error('replay is detected inside a request');
      const use = takeCheckedAssertion(ctx) === jti ? 'assertion' : 'proof';
      const family = hash('sha256', JSON.stringify([use, issuer, jti]), 'base64url').slice(0, 24);
      const key = { kind: kinds.replay, family, id: '' };
      const work = getUnitOfWork(ctx);
      // Marks are never read, so one that is known was staged by this request.
      if (work.peek(key)) return true;
      const expiresAt = (exp + graceSeconds[use]) * 1000;
      work.stage(
        { op: 'insert', key, body: '', expiresAt },
        { commitOnRefusal: true, onConflict: () => ({ error: replayError(use, ctx.oidc.route) }) },
      );
      return true;
    };
  },
};
