import type { UpstreamConfig } from '#config';
import { type Preset, presets, saysEmailVerified } from './presets.ts';
import type { OAuth2Endpoints, Upstream } from './upstream.ts';

const openidScopes = ['openid', 'profile', 'email'];

const textSubject =
  (name: string): Upstream['subjectOf'] =>
  (claims) => {
    const value = claims[name];
    // GitHub numbers its people. A number that isn't exact would name several.
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };

const endpointsOf = (
  { oauth2 }: UpstreamConfig,
  preset: Preset,
  issuer: string,
): OAuth2Endpoints | undefined => {
  if (oauth2 === undefined) return preset.oauth2?.(issuer);
  const { authorization_endpoint, token_endpoint, userinfo_endpoint, emails_endpoint } = oauth2;
  return {
    authorization_endpoint,
    token_endpoint,
    userinfo_endpoint,
    ...(emails_endpoint !== undefined && { emails_endpoint }),
  };
};

export const toUpstream = (config: UpstreamConfig, from: 'configuration' | 'store'): Upstream => {
  const { id, name, logo, domains, create, link, acr, amr, apple, tenants = [] } = config;
  const preset: Preset = config.preset === undefined ? {} : presets[config.preset];
  const issuer =
    config.issuer ??
    preset.issuer?.(tenants) ??
    new URL(config.oauth2?.authorization_endpoint ?? 'https://invalid').origin;
  const oauth2 = endpointsOf(config, preset, issuer);
  const { isEmailVerified = saysEmailVerified, linkedIssuerOf = (one) => one } = preset;
  const trustsEmail = config.trust_email ?? preset.trustsEmail ?? false;
  const subject = oauth2 === undefined ? 'sub' : (config.oauth2?.subject ?? 'id');
  const { groups } = config;
  return {
    id,
    name,
    issuer,
    linkedIssuer: linkedIssuerOf(issuer),
    formerIssuers: config.former_issuers.map(linkedIssuerOf),
    clientId: config.client_id,
    ...(config.client_secret !== undefined && { clientSecret: config.client_secret }),
    scopes: config.scopes ?? preset.scopes ?? (oauth2 === undefined ? openidScopes : []),
    ...(logo !== undefined && { logo }),
    domains,
    create,
    link,
    ...(oauth2 && { oauth2 }),
    ...(apple && { apple }),
    ...(preset.profileBeside && { profileBeside: preset.profileBeside }),
    ...(preset.responseMode && { responseMode: preset.responseMode }),
    requiredClaims: { ...preset.requiredClaims?.(tenants), ...config.required_claims },
    claims: config.claims ?? {},
    ...(groups && {
      groups: {
        from: groups.from,
        map: groups.map,
        ...(groups.default !== undefined && { default: groups.default }),
      },
    }),
    acr,
    amr,
    isEnough: config.second_factor === 'skip',
    passesLogoutOn: config.logout === 'upstream',
    timeoutMs: config.timeout_ms,
    allowedNetworks: config.allowed_networks,
    networksSetting:
      from === 'store' ? 'security.outbound.allowed_networks' : `upstreams (${id}) allowed_networks`,
    subjectOf: preset.subjectOf ?? textSubject(subject),
    isEmailVerified: (claims) => trustsEmail && isEmailVerified(claims),
  };
};
