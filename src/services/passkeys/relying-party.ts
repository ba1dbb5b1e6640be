import { isIP } from 'node:net';
import type { Config } from '#config';

/** What browsers bind passkeys to (WebAuthn §4, Relying Party Identifier). */
export interface RelyingParty {
  /** The host of the issuer, or a parent domain of it. */
  readonly id: string;
  /** The one origin whose pages create and use passkeys. */
  readonly origin: string;
  /** Authenticators may show it. */
  readonly name: string;
}

/** Browsers offer passkeys on https and on localhost, and never for an IP address. */
const mayHavePasskeys = ({ protocol, hostname }: URL): boolean => {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return false;
  return protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost');
};

/** Undefined where there are no passkeys: they are switched off, or browsers wouldn't offer them at this issuer. */
export const relyingPartyOf = ({
  issuer,
  passkeys,
  pages,
}: Pick<Config, 'issuer' | 'passkeys' | 'pages'>): RelyingParty | undefined => {
  const url = new URL(issuer);
  if (!passkeys.enabled || !mayHavePasskeys(url)) return undefined;
  return { id: passkeys.rp_id ?? url.hostname, origin: url.origin, name: pages.name };
};
