import { currentContext } from '../request-context.ts';
import { noteSignInTime } from '../sessions/upstream-auth-time.ts';
import type { Override } from './override.ts';

const currentSessionUid = (): unknown => currentContext()?.oidc.session?.uid;

export const deviceUserCode: Override = {
  name: 'device-user-code',
  symbols: ['DeviceCode.findByUserCode', 'DeviceCode.prototype.save'],
  reason:
    'The engine does not limit guesses of user codes (RFC 8628 §5.1). And it marks a confirmed code as in ' +
    'flight so that no second browser confirms it, but it refuses the first browser as well, which may have ' +
    'sent the form twice or come back. The first decision is the one that counts. And a new device code is ' +
    'counted, and refused beyond a limit, before it is stored (admission.ts). And an approved code has the ' +
    'time of the sign-in, as in authorization-code-save.ts.',
  test: 'test/protocol/device.test.ts',
  apply({ DeviceCode }, { admit, options: { deviceUserCode } }) {
    const { prototype } = DeviceCode;
    const { save } = prototype;
    prototype.save = async function () {
      const ctx = currentContext();
      const isNew = this.exp === undefined;
      // The engine ends a device code when a step fails, also when the person may repeat it later.
      if (this.error === 'temporarily_unavailable') return this.jti;
      if (ctx && isNew) admit(ctx, { model: 'DeviceCode', bytes: JSON.stringify(this.params).length });
      if (this.accountId !== undefined) noteSignInTime(this, ctx?.oidc.session);
      // The engine only looks whether there is a value.
      if (this.inFlight === true) Object.assign(this, { inFlight: currentSessionUid() ?? true });
      return save.call(this);
    };

    const findByUserCode = DeviceCode.findByUserCode.bind(DeviceCode);
    DeviceCode.findByUserCode = async (userCode, options) => {
      const ctx = currentContext();
      if (!ctx) throw new Error('user codes are looked up inside a request');
      await deviceUserCode?.beforeLookup(ctx);
      const code = await findByUserCode(userCode, options);
      const confirmedBy: unknown = code?.inFlight;
      if (code && confirmedBy !== undefined && confirmedBy === currentSessionUid()) code.inFlight = undefined;
      return code;
    };
  },
};
