import { createHash } from 'node:crypto';

/**
 * What authenticators keep of the account. It must not say who the person is (WebAuthn §14.6.1), and account ids of the
 * configuration may be names. In base64url.
 */
export const userHandleOf = (account: string): string =>
  createHash('sha256')
    .update(JSON.stringify(['passkey user handle', account]))
    .digest('base64url');
