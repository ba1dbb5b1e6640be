import { Provider } from 'oidc-provider';

const prefix = 'jwt.';

const prefixedRoutes = new Set(['introspection', 'revocation']);

const isPrefixed = (value: string): boolean =>
  value.startsWith(prefix) && prefixedRoutes.has(Provider.ctx?.oidc.route ?? '');

export const unwrapToken = (value: string): string =>
  isPrefixed(value) ? value.slice(prefix.length) : value;

/**
 * The engine refuses to introspect or revoke a JWT at sight of its header. With something before it, it goes by as a
 * token like any other, until the models look for it. Done when the client becomes known, between reading the
 * parameters and that refusal.
 */
export const allowJwtAtIntrospection = (provider: Provider): void => {
  const { prototype } = provider.OIDCContext;
  const entity = prototype.entity;
  prototype.entity = function (key: string, value: unknown): void {
    entity.call(this, key, value);
    const token = key === 'Client' && prefixedRoutes.has(this.route) ? this.params?.['token'] : undefined;
    if (this.params && typeof token === 'string' && token.split('.').length === 3) {
      this.params['token'] = prefix + token;
    }
  };
};
