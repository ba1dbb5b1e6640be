import type { Messages } from './languages/messages.ts';

export interface PasskeyName {
  /** The person's own name for it. */
  readonly name?: string;
  readonly provider?: string;
  readonly isSecurityKey: boolean;
}

export const nameOfPasskey = (
  { passkeys: { names } }: Messages,
  { name, provider, isSecurityKey }: PasskeyName,
): string => name ?? provider ?? (isSecurityKey ? names.securityKey : names.passkey);
