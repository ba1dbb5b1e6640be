import { currentContext } from '../request-context.ts';
import { noteSignInTime } from '../sessions/upstream-auth-time.ts';
import type { Override } from './override.ts';

export const authorizationCodeSave: Override = {
  name: 'authorization-code-save',
  symbols: ['AuthorizationCode.prototype.save'],
  reason:
    'A session may say another time of the sign-in in tokens than the real one (session-auth-time.ts). The ' +
    'administration API means the real one, so the code has it too, and what comes from the code.',
  test: 'test/upstreams/age-for-api.test.ts',
  apply(provider) {
    const { prototype } = provider.AuthorizationCode;
    const { save } = prototype;
    prototype.save = async function () {
      noteSignInTime(this, currentContext()?.oidc.session);
      return save.call(this);
    };
  },
};
