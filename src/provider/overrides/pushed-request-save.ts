import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

export const pushedRequestSave: Override = {
  name: 'pushed-request-save',
  symbols: ['PushedAuthorizationRequest.prototype.save'],
  reason:
    'The engine keeps a pushed request for a minute; the operator may set a shorter time (RFC 9126 §2.2). And ' +
    'it is counted, and refused beyond a limit, before it is stored (admission.ts).',
  test: 'test/protocol/pushed-requests.test.ts',
  apply(provider, { admit, options: { pushedRequestSave } }) {
    const { maxSeconds = Infinity } = pushedRequestSave ?? {};
    const { prototype } = provider.PushedAuthorizationRequest;
    const { save } = prototype;
    prototype.save = async function (ttl = maxSeconds) {
      const ctx = currentContext();
      if (ctx) admit(ctx, { model: 'PushedAuthorizationRequest', bytes: this.request.length });
      return save.call(this, Math.min(ttl, maxSeconds));
    };
  },
};
