import type { Claims } from '../accounts/index.ts';
import { isProfileClaim, type UpstreamIdentity } from './identity.ts';
import type { Link } from './links.ts';

type Given = Link['given'];

interface GivenClaims {
  /** What to change at the account; `null` removes a claim. */
  readonly changes: Claims;
  /** What the upstream has given by now. */
  readonly given: Given;
}

/** The name by which applications greet people must not be one that an upstream chose: it belongs to another account. */
const ofThisServer: ReadonlySet<string> = new Set(['preferred_username']);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const emailChange = (
  claims: Claims,
  given: Given,
  { email }: UpstreamIdentity,
  isTaken: boolean,
): { readonly email: string; readonly email_verified: boolean } | undefined => {
  if (email === undefined || isTaken) return undefined;
  const { address, isVerified } = email;
  const isOurs = claims['email'] === undefined || claims['email'] === given['email'];
  const wasVerified = claims['email_verified'] === true;
  // An address that someone has confirmed here, or that was verified before, is worth more than one that isn't.
  if (!isOurs || (wasVerified && !isVerified)) return undefined;
  return { email: address, email_verified: isVerified };
};

/**
 * The claims that a sign-in by an upstream sets. A table of the operator always wins. Everything else of a profile is
 * set while it is as the upstream gave it: what was changed here stays.
 */
export const giveClaims = (
  { claims, given }: { readonly claims: Claims; readonly given: Given },
  identity: UpstreamIdentity,
  { isEmailTaken }: { readonly isEmailTaken: boolean },
): GivenClaims => {
  const { profile, assigned } = identity;
  const changes: Record<string, Claims[string]> = {};
  const now: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(profile)) {
    if (ofThisServer.has(name) || Object.hasOwn(assigned, name)) continue;
    const isAsGiven = isSame(claims[name], given[name]);
    if (isAsGiven && claims[name] !== value) changes[name] = value;
    if (isAsGiven || given[name] !== undefined) now[name] = isAsGiven ? value : (given[name] ?? value);
  }
  for (const [name, value] of Object.entries(assigned)) {
    if (!isSame(claims[name], value)) changes[name] = value;
    now[name] = value;
  }
  for (const [name, value] of Object.entries(given)) {
    if (name === 'email' || Object.hasOwn(now, name)) continue;
    const wasAssigned = !isProfileClaim(name);
    if (wasAssigned && isSame(claims[name], value)) changes[name] = null;
    // Apple says the name only once.
    else if (!wasAssigned) now[name] = value;
  }
  const email = emailChange(claims, given, identity, isEmailTaken);
  if (email && !(claims['email'] === email.email && claims['email_verified'] === email.email_verified))
    Object.assign(changes, email);
  const givenEmail = email?.email ?? given['email'];
  return { changes, given: { ...now, ...(givenEmail !== undefined && { email: givenEmail }) } };
};
