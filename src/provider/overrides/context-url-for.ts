import { currentContext, getRequestContext } from '../request-context.ts';
import type { Override } from './override.ts';

export const contextUrlFor: Override = {
  name: 'context-url-for',
  symbols: ['OIDCContext.prototype.urlFor'],
  reason:
    'A DPoP proof names the URL that was called (RFC 9449 §4.3), which has another origin where certificates ' +
    'are requested (RFC 8705 §5). Every other URL that the engine returns has the origin of the issuer.',
  test: 'test/protocol/mtls.test.ts',
  apply(provider) {
    const { prototype } = provider.OIDCContext;
    const { urlFor } = prototype;
    prototype.urlFor = function (name, options) {
      const url = urlFor.call(this, name, options);
      const ctx = currentContext();
      const { origin } = ctx ? getRequestContext(ctx.req) : {};
      return origin === undefined || name !== this.route ? url : new URL(new URL(url).pathname, origin).href;
    };
  },
};
