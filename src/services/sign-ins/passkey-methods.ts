import type { Passkey } from '../passkeys/index.ts';

/**
 * How a person who used a passkey signed in. RFC 8176 §2: the key is in hardware (`hwk`), or it can be copied (`swk`); the
 * authenticator verified the person (`user`); so there were two factors (`mfa`).
 */
export const passkeyMethods = ({ isDeviceBound }: Pick<Passkey, 'isDeviceBound'>): readonly string[] => [
  isDeviceBound ? 'hwk' : 'swk',
  'user',
  'mfa',
];
