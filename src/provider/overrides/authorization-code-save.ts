import { currentContext } from '../request-context.ts';
import { noteSignInTime } from '../sessions/upstream-auth-time.ts';
import type { Override } from './override.ts';

/** What comes from the request. The types of the engine leave out some of it. */
interface Requested {
  readonly claims?: unknown;
  readonly nonce?: unknown;
  readonly rar?: unknown;
  readonly redirectUri?: unknown;
  readonly resource?: unknown;
  readonly scope?: unknown;
}

const bytesOf = ({ claims, nonce, rar, redirectUri, resource, scope }: Requested): number =>
  Buffer.byteLength(JSON.stringify([claims, nonce, rar, redirectUri, resource, scope]));

export const authorizationCodeSave: Override = {
  name: 'authorization-code-save',
  symbols: ['AuthorizationCode.prototype.save'],
  reason:
    'A session may say another time of the sign-in in tokens than the real one (session-auth-time.ts). The ' +
    'administration API means the real one, so the code has it too, and what comes from the code. And a code that is ' +
    'large is counted, and refused beyond a limit, before it is stored: people who are signed in get as many codes as ' +
    'they ask for (admission.ts).',
  test: 'test/upstreams/age-for-api.test.ts',
  apply(provider, { admit }) {
    const { prototype } = provider.AuthorizationCode;
    const { save } = prototype;
    prototype.save = function () {
      const ctx = currentContext();
      if (ctx) admit(ctx, { model: 'AuthorizationCode', bytes: bytesOf(this) });
      noteSignInTime(this, ctx?.oidc.session);
      return save.call(this);
    };
  },
};
