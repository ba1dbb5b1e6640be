import { mayUseScope } from '../client-scope.ts';
import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

interface BaseToken {
  readonly scope?: string | undefined;
}

export const tokenScopes: Override = {
  name: 'token-scopes',
  symbols: ['BaseToken.prototype.scopes'],
  reason:
    'The engine gives a client every scope of the code or refresh token that it redeems. Here it gives those that the client may still use, so that an operator who narrows the scope of a client need not wait for its refresh tokens to end. The stored token keeps its scope.',
  test: 'test/protocol/narrowed-clients.test.ts',
  apply(provider) {
    // The types of the engine leave out the base class.
    const { BaseToken } = provider as unknown as { BaseToken: { readonly prototype: object } };
    Object.defineProperty(BaseToken.prototype, 'scopes', {
      configurable: true,
      get(this: BaseToken): ReadonlySet<string> {
        const scopes = this.scope?.split(' ') ?? [];
        const client = currentContext()?.oidc.client;
        return new Set(client ? scopes.filter((scope) => mayUseScope(client, scope)) : scopes);
      },
    });
  },
};
