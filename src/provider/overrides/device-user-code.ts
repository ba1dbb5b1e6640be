import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

const currentSessionUid = (): unknown => currentContext()?.oidc.session?.uid;

export const deviceUserCode: Override = {
  name: 'device-user-code',
  symbols: ['DeviceCode.findByUserCode', 'DeviceCode.prototype.save'],
  reason:
    'The engine does not limit guesses of user codes (RFC 8628 §5.1). And it marks a confirmed code as in flight so that no second browser confirms it, but it refuses the first browser as well, which may have sent the form twice or come back. The first decision is the one that counts.',
  test: 'test/protocol/device.test.ts',
  apply({ DeviceCode }, { options: { deviceUserCode } }) {
    const { prototype } = DeviceCode;
    const { save } = prototype;
    prototype.save = function () {
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
