import { hash } from 'node:crypto';
import { errors, Provider } from 'oidc-provider';
import { currentUnitOfWork } from '../../store/current-unit-of-work.ts';
import { kinds } from '../../store/record-kinds.ts';

/** Beyond the end that the engine names: a proof may be made by a clock that is a minute ahead. */
const graceSeconds = { assertion: 1, proof: 61 };

type Context = NonNullable<typeof Provider.ctx>;

/** Set while the engine checks a client's assertion, whose marks must not be mistaken for those of DPoP proofs. */
const checkedAssertions = new WeakMap<Context, string>();

export const setCheckedAssertion = (ctx: Context, jti: unknown): void => {
  if (typeof jti === 'string') checkedAssertions.set(ctx, jti);
};

const replayError = (use: 'assertion' | 'proof', route: string): Error => {
  if (use === 'assertion')
    return new errors.InvalidClientAuth('client assertion tokens must only be used once');
  return route === 'userinfo'
    ? new errors.InvalidToken('DPoP proof JWT Replay detected')
    : new errors.InvalidDpopProof('DPoP proof JWT Replay detected');
};

/**
 * A mark is set when the request commits, as an insert: of any number of requests with one `jti` the store lets one
 * through, and no trip is spent on asking first. The mark stays when the request is refused for another reason.
 */
export const detectReplayAtCommit = (provider: Provider): void => {
  provider.ReplayDetection.unique = async (issuer: string, jti: string, exp: number): Promise<boolean> => {
    const ctx = Provider.ctx;
    const work = currentUnitOfWork();
    if (!ctx || !work) throw new Error('replay is detected inside a request');
    const use = checkedAssertions.get(ctx) === jti ? 'assertion' : 'proof';
    checkedAssertions.delete(ctx);
    const family = hash('sha256', JSON.stringify([use, issuer, jti]), 'base64url').slice(0, 24);
    work.stage(
      {
        op: 'insert',
        key: { kind: kinds.replay, family, id: '' },
        body: '',
        expiresAt: (exp + graceSeconds[use]) * 1000,
      },
      { commitOnRefusal: true, onConflict: () => ({ error: replayError(use, ctx.oidc.route) }) },
    );
    return true;
  };
};
