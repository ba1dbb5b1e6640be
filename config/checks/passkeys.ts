import { isIP } from 'node:net';
import { type Rule, when } from './rule.ts';

/** WebAuthn §4: an RP ID is the host of the page or a registrable suffix of it. */
const isSuffix = (rpId: string, host: string): boolean =>
  rpId === host || (rpId.includes('.') && host.endsWith(`.${rpId}`));

export const passkeysBelongToTheIssuer: Rule = {
  needs: ['passkeys', 'issuer'],
  check({ passkeys: { rp_id: rpId }, issuer }) {
    if (rpId === undefined) return [];
    const { hostname } = new URL(issuer);
    return when(
      isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !isSuffix(rpId, hostname),
      ['passkeys', 'rp_id'],
      `Must be ${hostname}, the host of the issuer, or a parent domain of it. It is written without scheme and port.`,
    );
  },
};
