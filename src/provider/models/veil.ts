import { Provider } from 'oidc-provider';

const veil = 'jwt.';

const veiled = new Set(['introspection', 'revocation']);

const isVeiled = (value: string): boolean =>
  value.startsWith(veil) && veiled.has(Provider.ctx?.oidc.route ?? '');

export const tokenBehindVeil = (value: string): string =>
  isVeiled(value) ? value.slice(veil.length) : value;

/**
 * The engine refuses to introspect or revoke a JWT at sight of its header. With something before it, it goes by as a
 * token like any other, until the models look for it. Done when the client becomes known, between reading the
 * parameters and that refusal.
 */
export const veilSignedTokens = (provider: Provider): void => {
  const { prototype } = provider.OIDCContext;
  const entity = prototype.entity;
  prototype.entity = function (key: string, value: unknown): void {
    entity.call(this, key, value);
    const token = key === 'Client' && veiled.has(this.route) ? this.params?.['token'] : undefined;
    if (this.params && typeof token === 'string' && token.split('.').length === 3) {
      this.params['token'] = veil + token;
    }
  };
};
