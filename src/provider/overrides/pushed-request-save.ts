import type { Override } from './override.ts';

export const pushedRequestSave: Override = {
  name: 'pushed-request-save',
  symbols: ['PushedAuthorizationRequest.prototype.save'],
  reason:
    'The engine keeps a pushed request for a minute; the operator may set a shorter time (RFC 9126 §2.2).',
  test: 'test/protocol/pushed-requests.test.ts',
  apply(provider, { options: { pushedRequestSave } }) {
    if (!pushedRequestSave) return;
    const { maxSeconds } = pushedRequestSave;
    const { prototype } = provider.PushedAuthorizationRequest;
    const { save } = prototype;
    prototype.save = function (ttl = maxSeconds) {
      return save.call(this, Math.min(ttl, maxSeconds));
    };
  },
};
