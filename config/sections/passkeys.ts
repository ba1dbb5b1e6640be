import { flag, optional, section, text } from '../schema/build.ts';

export const passkeys = section('Passkeys (WebAuthn).', {
  enabled: flag('Let people add passkeys and sign in with them.', { default: true }),
  offer: flag(
    'Offer a passkey after a sign-in by password, to people who have none. Who declines is asked again after 90 days.',
    { default: true },
  ),
  rp_id: optional(
    text(
      'The host that passkeys belong to: the host of the issuer, which is the default, or a parent domain of it. Passkeys stop working when it changes.',
      { maxLength: 253 },
    ),
  ),
});
