import { errors } from 'oidc-provider';
import { deviceErrorNames, staleFormDescriptions } from '../../provider/engine-texts.ts';
import type { DeviceEnterModel } from '../../views/pages/device.ts';
import { UserCodesThrottled } from './user-codes.ts';

export type DeviceProblem = NonNullable<DeviceEnterModel['problem']>;

const problemByErrorName: Readonly<Record<string, DeviceProblem>> = {
  [deviceErrorNames.missing]: { kind: 'missing' },
  [deviceErrorNames.wrong]: { kind: 'wrong' },
  [deviceErrorNames.expired]: { kind: 'expired' },
  [deviceErrorNames.used]: { kind: 'used' },
};

export const problemOf = (error: Error): DeviceProblem | undefined =>
  error instanceof UserCodesThrottled
    ? { kind: 'throttled', seconds: error.waitSeconds }
    : problemByErrorName[error.name];

/** The form was submitted although the same browser has loaded a newer one. */
export const isStaleForm = (error: Error): boolean =>
  error instanceof errors.InvalidRequest && staleFormDescriptions.has(error.error_description);
