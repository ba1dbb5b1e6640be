import { errors } from 'oidc-provider';
import type { DeviceEnterModel } from '../../views/pages/device.ts';
import { UserCodesThrottled } from './user-codes.ts';

export type DeviceProblem = NonNullable<DeviceEnterModel['problem']>;

/** The engine doesn't export the classes of these errors. */
const problemByErrorName: Readonly<Record<string, DeviceProblem>> = {
  NoCodeError: { kind: 'missing' },
  NotFoundError: { kind: 'wrong' },
  ExpiredError: { kind: 'expired' },
  AlreadyUsedError: { kind: 'used' },
};

export const problemOf = (error: Error): DeviceProblem | undefined =>
  error instanceof UserCodesThrottled
    ? { kind: 'throttled', seconds: error.waitSeconds }
    : problemByErrorName[error.name];

/** The form was submitted although the same browser has loaded a newer one. The engine has only prose for it. */
const staleFormMessages = new Set(['xsrf token invalid', 'could not find device form details']);

export const isStaleForm = (error: Error): boolean =>
  error instanceof errors.InvalidRequest && staleFormMessages.has(error.error_description ?? '');
