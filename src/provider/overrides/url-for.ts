import { Provider } from 'oidc-provider';
import { getRequestContext } from '../request-context.ts';

/**
 * RFC 9449 §4.3: a proof names the address that was called, which is another where certificates are asked for (RFC 8705
 * §5). Every other address that the engine tells is one of the issuer.
 */
export const useRequestOriginForMtls = (provider: Provider): void => {
  const { prototype } = provider.OIDCContext;
  const { urlFor } = prototype;
  prototype.urlFor = function (name, options) {
    const url = urlFor.call(this, name, options);
    const { origin } = Provider.ctx ? getRequestContext(Provider.ctx.req) : {};
    return origin === undefined || name !== this.route ? url : new URL(new URL(url).pathname, origin).href;
  };
};
