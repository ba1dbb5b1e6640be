import { serverClaims } from '#config';
import { toDisplayName } from '../../display-name.ts';
import { mapClaims } from '../../provider/claims/claim-mapping.ts';
import { standardClaims } from '../../provider/claims/standard-claims.ts';
import { isMailAddress } from '../mail/index.ts';
import { UpstreamFailure } from './failure.ts';
import type { GroupMapping, Upstream } from './upstream.ts';
import { imageOrPage } from './web-address.ts';

type Claims = Readonly<Record<string, unknown>>;

/** A person as an upstream describes them, in the words of this server. It holds no token of the upstream. */
export interface UpstreamIdentity {
  readonly upstream: string;
  /** `linkedIssuer` of the upstream at that time. Absent in arrivals of an earlier release. */
  readonly issuer?: string;
  /** Never changes, and never names another person of this upstream. */
  readonly subject: string;
  readonly email?: { readonly address: string; readonly isVerified: boolean };
  /** Standard claims about the person. What the person or an operator has changed here stays. */
  readonly profile: Readonly<Record<string, string>>;
  /** Claims that the operator's table makes. They are set at each sign-in. */
  readonly assigned: Readonly<Record<string, string | readonly string[]>>;
  /** Undefined when the operator maps no groups. */
  readonly groups?: readonly string[];
  readonly acr?: string;
  readonly amr: readonly string[];
  /** The session at the upstream, for its logout tokens. */
  readonly sid?: string;
  /**
   * When the person signed in at the upstream, in seconds since the epoch; 0 where it doesn't say. Undefined for now:
   * the upstream can't say, or was asked to let the person sign in again and is believed.
   */
  readonly signedInAt?: number;
  /** The upstream was asked to let the person sign in again (`prompt=login`), and said nothing to the contrary. */
  readonly isAskedAgain?: true;
}

/** What the upstream said, from an ID token and from its userinfo or API. */
export interface Sources {
  /** Signed, or absent for a provider without OpenID Connect. */
  readonly idToken?: Claims;
  readonly userinfo: Claims;
  /** Claims that came outside of the ID token and userinfo; no one has signed them. */
  readonly beside?: Claims;
}

/** The claims of a profile that are taken over. When the upstream changed them says nothing about this server. */
const profileClaims = standardClaims.profile.filter((name) => name !== 'updated_at');

const profileClaimNames: ReadonlySet<string> = new Set(profileClaims);

export const isProfileClaim = (name: string): boolean => profileClaimNames.has(name);

/** What providers without OpenID Connect call a claim. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  preferred_username: ['login', 'username'],
  picture: ['avatar_url'],
  profile: ['html_url', 'web_url'],
};

const urlClaims: ReadonlySet<string> = new Set(['profile', 'picture', 'website']);
const maxTextLength = 500;
/** A text that is longer than this, with the characters that are left out of it, is not read. */
const maxReadLength = 4 * maxTextLength;
const maxSubjectLength = 255;

const textOf = (claims: Claims, name: string): string | undefined => {
  const value = claims[name];
  if (typeof value !== 'string' || value.length > maxReadLength) return undefined;
  const text = toDisplayName(value);
  if (text === undefined || text.length > maxTextLength) return undefined;
  return urlClaims.has(name) ? imageOrPage(text) : text;
};

const profileOf = (claims: Claims, isOpenid: boolean): Readonly<Record<string, string>> =>
  Object.fromEntries(
    profileClaims.flatMap((name) => {
      const names = isOpenid ? [name] : [name, ...(otherNames[name] ?? [])];
      const text = names.map((one) => textOf(claims, one)).find((one) => one !== undefined);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );

/** A claim by its name, or by a path into nested claims as `realm_access.roles`. */
const claimAt = (claims: Claims, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? Reflect.get(value, part)
          : undefined,
      claims,
    );
};

const textsIn = (value: unknown): readonly string[] =>
  [value].flat().filter((one): one is string => typeof one === 'string');

const groupsOf = (claims: Claims, { from, map, default: other = [] }: GroupMapping): readonly string[] => {
  const texts = new Set(textsIn(claimAt(claims, from)));
  const matched = Object.entries(map).filter(([text]) => texts.has(text));
  const groups = matched.length === 0 ? [other].flat() : matched.flatMap(([, groups]) => groups);
  return [...new Set(groups)].toSorted();
};

/**
 * The address and its verification come from one source: an address from one and the flag from another would make the
 * address verified of which the upstream says nothing.
 */
const emailOf = (upstream: Upstream, { idToken = {}, userinfo }: Sources): UpstreamIdentity['email'] => {
  const source = [idToken, userinfo].find(({ email }) => email !== undefined);
  const address = source?.['email'];
  if (source === undefined || !isMailAddress(address)) return undefined;
  return { address, isVerified: upstream.isEmailVerified(source) };
};

/** The operator's name for the level; `*` names that of any other value, and of none. */
const acrOf = ({ acr: map }: Upstream, { acr }: Claims): string | undefined =>
  (typeof acr === 'string' && Object.hasOwn(map, acr) ? map[acr] : undefined) ?? map['*'];

const assertAllowed = ({ requiredClaims }: Upstream, claims: Claims): void => {
  for (const [name, accepted] of Object.entries(requiredClaims)) {
    const texts = textsIn(claimAt(claims, name));
    if (!texts.some((text) => accepted.includes(text)))
      throw new UpstreamFailure('not_allowed', { detail: `claim_${name}` });
  }
};

/** Throws an `UpstreamFailure` for a person without a subject, or whom the operator doesn't let in. */
export const toIdentity = (upstream: Upstream, sources: Sources): UpstreamIdentity => {
  const { idToken, userinfo } = sources;
  const claims = { ...userinfo, ...idToken };
  const subject = upstream.subjectOf(claims);
  if (subject === undefined || subject.length > maxSubjectLength)
    throw new UpstreamFailure('invalid', { detail: 'no_subject' });
  const email = emailOf(upstream, sources);
  // Anyone may write any address into their profile there, so nothing is decided by one that isn't verified.
  const { email: _, ...withoutEmail } = claims;
  const decisive = email?.isVerified ? { ...withoutEmail, email: email.address } : withoutEmail;
  assertAllowed(upstream, decisive);
  const froms = Object.values(upstream.claims).flatMap(({ from }) => from ?? []);
  const nested = Object.fromEntries(froms.map((from) => [from, claimAt(decisive, from)]));
  const mapped = mapClaims(upstream.claims, { ...decisive, ...nested });
  const acr = acrOf(upstream, claims);
  const sid = idToken?.['sid'];
  return {
    upstream: upstream.id,
    issuer: upstream.linkedIssuer,
    subject,
    ...(email && { email }),
    profile: profileOf({ ...sources.beside, ...claims }, idToken !== undefined),
    assigned: Object.fromEntries(Object.entries(mapped).filter(([name]) => !serverClaims.has(name))),
    ...(upstream.groups && { groups: groupsOf(decisive, upstream.groups) }),
    ...(acr !== undefined && { acr }),
    amr: [
      ...new Set(
        textsIn(claims['amr']).flatMap((one) =>
          Object.hasOwn(upstream.amr, one) ? (upstream.amr[one] ?? []) : [],
        ),
      ),
    ],
    ...(typeof sid === 'string' && sid.length <= maxSubjectLength && { sid }),
  };
};

/** How the upstream calls the person, for pages. Empty without a name: the subject means nothing to them. */
export const labelOf = ({ email, profile }: UpstreamIdentity): string =>
  email?.address ?? profile['preferred_username'] ?? profile['name'] ?? profile['nickname'] ?? '';
