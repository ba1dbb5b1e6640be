import type { UpstreamConfig } from '../sections/index.ts';
import { nearest } from '../validate/nearest.ts';
import { claimMappingProblems } from './claim-mappings.ts';
import { type Finding, type Rule, when } from './rule.ts';

/** Names the sign-in by an account of this server in `allowed_upstreams`. */
const localSignIn = 'local';

/** Presets that know their issuer. Entra has one for each tenant. */
const presetsWithIssuer: readonly (string | undefined)[] = ['google', 'entra', 'github', 'gitlab', 'apple'];
/** Presets that verify addresses before they release them. */
const presetsTrustedForEmail: readonly (string | undefined)[] = ['google', 'github', 'apple', 'postern'];

const unmappedClaims: ReadonlySet<string> = new Set([
  'email',
  'email_verified',
  'preferred_username',
  'phone_number',
  'phone_number_verified',
  'address',
]);

/** Everybody who may read the administration sees addresses, and browsers go to some of them. */
const isWebAddress = (text: string): boolean => {
  const url = URL.parse(text);
  return /^https?:$/.test(url?.protocol ?? '') && url?.username === '' && url.password === '';
};

const isHttps = (url: string): boolean => url.startsWith('https://');

const checkKind = (upstream: UpstreamConfig, path: readonly string[]): readonly Finding[] => {
  const { preset, issuer, oauth2, tenants, apple, client_secret: clientSecret } = upstream;
  return [
    ...when(
      issuer === undefined && oauth2 === undefined && !presetsWithIssuer.includes(preset),
      [...path, 'issuer'],
      'Is missing: give the issuer of the provider, as its metadata has it.',
    ),
    ...when(
      oauth2 !== undefined && (preset !== undefined || issuer !== undefined),
      [...path, 'oauth2'],
      'Is for providers without OpenID Connect: leave out preset and issuer, or this section.',
    ),
    ...when(
      preset === 'entra' && tenants === undefined,
      [...path, 'tenants'],
      'Is missing: anyone can make a directory at Microsoft, so list those whose people may sign in.',
    ),
    ...when(
      preset !== 'entra' && tenants !== undefined,
      [...path, 'tenants'],
      'Is for the preset entra; use required_claims for other providers.',
    ),
    ...when(
      (preset === 'apple') !== (apple !== undefined),
      [...path, 'apple'],
      preset === 'apple'
        ? 'Is missing: Apple wants a secret that is signed with your key. Give team_id and key_id.'
        : 'Is for the preset apple.',
    ),
    ...when(
      upstream.logout === 'upstream' && (preset === 'github' || oauth2 !== undefined),
      [...path, 'logout'],
      'upstream needs OpenID Connect, which this provider does not speak.',
    ),
    ...when(
      clientSecret === undefined && (preset === 'github' || preset === 'apple' || oauth2 !== undefined),
      [...path, 'client_secret'],
      'Is missing: this provider accepts no client without a secret.',
    ),
  ];
};

const checkLinking = (upstream: UpstreamConfig, path: readonly string[]): readonly Finding[] => {
  const { preset, link, trust_email: trustEmail } = upstream;
  return when(
    link === 'verified_email' && !(trustEmail ?? presetsTrustedForEmail.includes(preset)),
    [...path, 'link'],
    'verified_email needs an upstream that is trusted for addresses: set trust_email to true if it verifies each address itself, otherwise use sign_in.',
  );
};

/** An upstream that could make administrators would own this server. */
const checkGroups = (
  { groups }: UpstreamConfig,
  path: readonly string[],
  roleGroups: readonly string[],
): readonly Finding[] => {
  const named = [...Object.entries(groups?.map ?? {}), ['default', groups?.default ?? []] as const];
  return named.flatMap(([text, names]) =>
    [names]
      .flat()
      .flatMap((name) =>
        when(
          roleGroups.includes(name),
          [...path, 'groups', ...(text === 'default' ? [text] : ['map', text])],
          `${name} gives a role in the administration (admin.groups), which no upstream may do.`,
        ),
      ),
  );
};

const checkAddresses = (upstream: UpstreamConfig, path: readonly string[]): readonly Finding[] => {
  const { issuer, logo, oauth2 = {} } = upstream;
  return [
    ['issuer', issuer] as const,
    ['logo', logo] as const,
    ...Object.entries(oauth2).filter(([name]) => name.endsWith('_endpoint')),
  ].flatMap(([name, address]) =>
    when(
      typeof address === 'string' && !isWebAddress(address),
      [...path, ...(name === 'issuer' || name === 'logo' ? [] : ['oauth2']), name],
      'Must be an address of http or https without a user name and a password.',
    ),
  );
};

const checkUrls = (upstream: UpstreamConfig, path: readonly string[]): readonly Finding[] => {
  const { issuer, logo, oauth2 = {} } = upstream;
  const endpoints = Object.entries(oauth2).filter(([name]) => name.endsWith('_endpoint'));
  return [
    ...when(
      issuer !== undefined && !isHttps(issuer),
      [...path, 'issuer'],
      'Must be https in production: who can change the answers of an upstream signs in as anyone.',
    ),
    ...endpoints.flatMap(([name, url]) =>
      when(!isHttps(String(url)), [...path, 'oauth2', name], 'Must be https in production.'),
    ),
    ...when(logo !== undefined && !isHttps(logo), [...path, 'logo'], 'Must be an https URL.'),
  ];
};

export const upstreamsMakeSense: Rule = {
  needs: ['upstreams', 'mode', 'security', 'admin'],
  check: ({ upstreams, mode, security, admin }) =>
    upstreams.flatMap((upstream, index) => {
      const path = ['upstreams', String(index)];
      const { id, acr, claims } = upstream;
      return [
        ...when(id === localSignIn, [...path, 'id'], 'local means the accounts of this server.'),
        ...checkKind(upstream, path),
        ...checkLinking(upstream, path),
        ...checkGroups(upstream, path, Object.values(admin.groups).flat()),
        ...checkAddresses(upstream, path),
        ...(mode === 'production' ? checkUrls(upstream, path) : []),
        ...Object.entries(acr).flatMap(([theirs, ours]) =>
          when(
            !security.acr_values.includes(ours),
            [...path, 'acr', theirs],
            `${ours} is not in security.acr_values.`,
          ),
        ),
        ...(claims === undefined ? [] : claimMappingProblems(claims)).map((problem) => ({
          ...problem,
          path: [...path, 'claims', ...problem.path],
        })),
        ...Object.keys(claims ?? {}).flatMap((name) =>
          when(
            unmappedClaims.has(name),
            [...path, 'claims', name],
            'Can not be set by a table: addresses come with their verification, and user names belong to one account.',
          ),
        ),
      ];
    }),
};

/** Otherwise it would depend on the order of the list where a person is sent. */
export const upstreamDomainsDiffer: Rule = {
  needs: ['upstreams'],
  check({ upstreams }) {
    const domains = upstreams.flatMap((one) => one.domains);
    return upstreams.flatMap((upstream, index) =>
      upstream.domains.flatMap((domain, position) =>
        when(
          domains.indexOf(domain) !== domains.lastIndexOf(domain),
          ['upstreams', String(index), 'domains', String(position)],
          'Is listed twice; people at one domain are sent to one upstream.',
        ),
      ),
    );
  },
};

export const clientUpstreamsExist: Rule = {
  needs: ['clients', 'upstreams'],
  check: ({ clients, upstreams }) => {
    const known = [localSignIn, ...upstreams.map(({ id }) => id)];
    return clients.flatMap(({ allowed_upstreams: allowed = [] }, index) =>
      allowed.flatMap((id, position) => {
        if (known.includes(id)) return [];
        const suggestion = nearest(id, known);
        return [
          {
            path: ['clients', String(index), 'allowed_upstreams', String(position)],
            message: `There is no upstream ${id}.`,
            ...(suggestion !== undefined && { suggestion }),
          },
        ];
      }),
    );
  },
};
