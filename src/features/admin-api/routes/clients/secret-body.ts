import { timeText } from '../../../../services/administration/index.ts';
import type { NewSecret } from '../../../../services/clients/index.ts';

/** A secret as it is shown once. */
export const secretResult = ({ name, secret, expiresAt }: NewSecret) => ({
  body: {
    name,
    client_secret: secret,
    ...(expiresAt !== undefined && { expires_at: timeText(expiresAt) }),
  },
  secrets: ['client_secret'],
});
