import { mayUseScope } from '../clients/client-limits.ts';
import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

/**
 * A client marked `issuer_tokens` gets access tokens only, at whichever endpoint it redeems its code. For the scope
 * `openid` the engine would make an ID token.
 */
const isLeft = (client: Readonly<Record<string, unknown>>, scope: string): boolean =>
  mayUseScope(client, scope) && !(scope === 'openid' && client['issuer_tokens'] === true);

interface BaseToken {
  readonly scope?: string | undefined;
}

export const tokenScopes: Override = {
  name: 'token-scopes',
  symbols: ['BaseToken.prototype.scopes'],
  reason:
    'The engine gives a client every scope of the code or refresh token that it redeems. Here it gives those ' +
    'that the client may still use, so that an operator who narrows the scope of a client need not wait for ' +
    'its refresh tokens to end, and a client for access tokens only gets no ID token. The stored token keeps ' +
    'its scope.',
  test: 'test/protocol/narrowed-clients.test.ts',
  apply(provider) {
    // The types of the engine leave out the base class.
    const { BaseToken } = provider as unknown as { BaseToken: { readonly prototype: object } };
    Object.defineProperty(BaseToken.prototype, 'scopes', {
      configurable: true,
      get(this: BaseToken): ReadonlySet<string> {
        const left = new Set<string>();
        if (this.scope === undefined) return left;
        const client = currentContext()?.oidc.client;
        for (const scope of this.scope.split(' ')) if (!client || isLeft(client, scope)) left.add(scope);
        return left;
      },
    });
  },
};
