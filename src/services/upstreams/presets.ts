import type { UpstreamConfig } from '#config';
import type { OAuth2Endpoints, Upstream } from './upstream.ts';

/** What is known of a provider. Keys of the configuration come first. */
export interface Preset {
  readonly issuer?: (tenants: readonly string[]) => string;
  readonly scopes?: readonly string[];
  readonly oauth2?: (issuer: string) => OAuth2Endpoints;
  readonly responseMode?: 'form_post';
  /** Whether `isEmailVerified` applies unless the operator says otherwise. */
  readonly trustsEmail?: boolean;
  readonly isEmailVerified?: Upstream['isEmailVerified'];
  readonly subjectOf?: Upstream['subjectOf'];
  /** Whose people they are, where subjects are unique beyond one issuer. Default: the issuer. */
  readonly linkedIssuerOf?: (issuer: string) => string;
  readonly profileBeside?: NonNullable<Upstream['profileBeside']>;
  readonly requiredClaims?: (tenants: readonly string[]) => Upstream['requiredClaims'];
}

export const saysEmailVerified: Upstream['isEmailVerified'] = ({ email_verified: isVerified }) =>
  isVerified === true;

/** Google answers for its own mailboxes and for those of a Workspace (`hd`). Other addresses may have changed hands. */
const isGoogleMailbox: Upstream['isEmailVerified'] = ({ email, hd, email_verified: isVerified }) =>
  isVerified === true &&
  (typeof hd === 'string' || (typeof email === 'string' && email.toLowerCase().endsWith('@gmail.com')));

/** `email` of Entra is what an administrator of any tenant has typed. `xms_edov` says that the domain is the tenant's. */
const isOwnDomainOfTenant: Upstream['isEmailVerified'] = ({ xms_edov: isVerified }) =>
  isVerified === true || isVerified === 1 || isVerified === '1';

const entraHost = 'https://login.microsoftonline.com';

/** One directory has an issuer of its own. The issuer of many is a template, and `tid` says which directory it was. */
const entraIssuer = (tenants: readonly string[]): string =>
  `${entraHost}/${tenants.length === 1 ? tenants[0] : 'organizations'}/v2.0`;

/** `sub` of Entra differs for each application, so a new client_id would lose every link. */
const entraSubject: Upstream['subjectOf'] = ({ tid, oid }) =>
  typeof tid === 'string' && typeof oid === 'string' ? `${tid}:${oid}` : undefined;

const githubEndpoints = (issuer: string): OAuth2Endpoints => {
  const api = issuer === 'https://github.com' ? 'https://api.github.com' : `${issuer}/api/v3`;
  return {
    authorization_endpoint: `${issuer}/login/oauth/authorize`,
    token_endpoint: `${issuer}/login/oauth/access_token`,
    userinfo_endpoint: `${api}/user`,
    emails_endpoint: `${api}/user/emails`,
  };
};

/** Apple says the name at the first sign-in only: as JSON in the parameter `user`, and never in an ID token. */
const appleName: NonNullable<Upstream['profileBeside']> = (response) => {
  try {
    const { firstName, lastName }: { firstName?: unknown; lastName?: unknown } = Object(
      Object(JSON.parse(response.get('user') ?? '{}')).name,
    );
    const parts = [firstName, lastName].filter((part) => typeof part === 'string' && part !== '');
    return { given_name: firstName, family_name: lastName, name: parts.join(' ') };
  } catch {
    return {};
  }
};

export const presets: Readonly<Record<NonNullable<UpstreamConfig['preset']>, Preset>> = {
  google: {
    issuer: () => 'https://accounts.google.com',
    trustsEmail: true,
    isEmailVerified: isGoogleMailbox,
  },
  entra: {
    issuer: entraIssuer,
    isEmailVerified: isOwnDomainOfTenant,
    subjectOf: entraSubject,
    // The subject names the directory, so the issuer may change from that of one directory to that of many.
    linkedIssuerOf: (issuer) => new URL(issuer).origin,
    requiredClaims: (tenants) => ({ tid: tenants }),
  },
  github: {
    issuer: () => 'https://github.com',
    scopes: ['read:user', 'user:email'],
    oauth2: githubEndpoints,
    trustsEmail: true,
  },
  gitlab: { issuer: () => 'https://gitlab.com' },
  keycloak: {},
  postern: { trustsEmail: true },
  apple: {
    issuer: () => 'https://appleid.apple.com',
    scopes: ['openid', 'name', 'email'],
    responseMode: 'form_post',
    trustsEmail: true,
    profileBeside: appleName,
    // Apple sends a text or a boolean.
    isEmailVerified: ({ email_verified: isVerified }) => isVerified === true || isVerified === 'true',
  },
};
