import { validateDpop } from '../internals.ts';
import { currentContext } from '../request-context.ts';
import { createReadAuthentication } from '../settings/authentication.ts';
import type { Override } from './override.ts';

/** A code or token, with what the types of the engine leave out. */
interface SignIn {
  readonly accountId?: string | undefined;
  readonly authTs?: number | undefined;
}

/** What comes from the request for authorization. */
interface Requested {
  readonly claims?: unknown;
  readonly nonce?: unknown;
  readonly rar?: unknown;
  readonly resource?: unknown;
  readonly scope?: unknown;
}

const bytesOf = ({ claims, nonce, rar, resource, scope }: Requested): number =>
  Buffer.byteLength(JSON.stringify([claims, nonce, rar, resource, scope]));

export const refreshTokenSave: Override = {
  name: 'refresh-token-save',
  symbols: ['RefreshToken.prototype.save'],
  reason:
    'RFC 9449 §5: a refresh token that a public client gets in answer to a proof is bound to the key of the ' +
    'proof. The engine binds the first one of a grant, and gives its successors the key of the first, which ' +
    'has none when the client began without a proof. And it repeats the time of the sign-in that the code has ' +
    '(authorization-code-save.ts). And it is counted, and refused beyond a limit, before it is stored: its record stays ' +
    'for days after its use, and a client may refresh as often as it likes (services/rate-limits/clients.ts).',
  test: 'test/protocol/dpop.test.ts',
  apply(provider, { grantTypes, options }) {
    const readAuthentication = createReadAuthentication(grantTypes);
    const { prototype } = provider.RefreshToken;
    const { save } = prototype;
    prototype.save = async function () {
      const ctx = currentContext();
      if (ctx) options.refreshTokenSave?.countToken(ctx, { accountId: this.accountId, bytes: bytesOf(this) });
      const source: SignIn | undefined =
        ctx?.oidc.entities.RotatedRefreshToken ?? (ctx && readAuthentication(ctx));
      if (source?.authTs !== undefined) Object.assign(this, { authTs: source.authTs });
      if (this.jkt === undefined && ctx?.oidc.client?.clientAuthMethod === 'none') {
        // The grant has validated the proof before, and this returns what it found.
        const proof = await validateDpop(provider, ctx);
        if (proof) this.jkt = proof.thumbprint;
      }
      return save.call(this);
    };
  },
};
