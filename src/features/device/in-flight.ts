import { Provider } from 'oidc-provider';

const currentSessionUid = (): unknown => Provider.ctx?.oidc.session?.uid;

/**
 * A code that was confirmed is in flight until somebody signs in and allows it: nobody else can confirm it. The browser
 * that did may do so again, as after two quick presses, or when it came back. The first decision is the one that counts.
 */
export const allowSecondConfirmation = ({ DeviceCode }: Provider): void => {
  const { prototype } = DeviceCode;
  const { save } = prototype;
  prototype.save = function () {
    // The engine looks only whether there is something.
    if (this.inFlight === true) Object.assign(this, { inFlight: currentSessionUid() ?? true });
    return save.call(this);
  };
  const find = DeviceCode.findByUserCode.bind(DeviceCode);
  DeviceCode.findByUserCode = async (userCode, options) => {
    const code = await find(userCode, options);
    const confirmedBy: unknown = code?.inFlight;
    if (code && confirmedBy !== undefined && confirmedBy === currentSessionUid()) code.inFlight = undefined;
    return code;
  };
};
