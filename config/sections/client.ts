import {
  anything,
  choice,
  either,
  flag,
  integer,
  list,
  map,
  optional,
  secret,
  section,
  text,
} from '../schema/build.ts';
import { claimMapping } from './claim-mapping.ts';
import { clientAuthenticationMethods } from './client-authentication-methods.ts';
import { clientCryptography } from './client-cryptography.ts';
import { groupName } from './group.ts';

const uri = (description: string) => text(description, { format: 'uri' });

const namedSecret = section('One secret of a client; several may overlap while one is replaced.', {
  name: text('Name of the secret.'),
  hash: optional(secret('Hash of the secret, as `postern client rotate-secret` prints it.')),
  value: optional(secret('The secret itself. Production accepts only `value_file`.')),
  expires_at: optional(
    text('When the secret expires, as an RFC 3339 time.', {
      format: 'date-time',
      examples: ['2027-01-31T00:00:00Z'],
    }),
  ),
});

/** Metadata of RFC 7591 and its registered extensions, then the settings of Postern. */
export const client = section('A client (relying party).', {
  client_id: text('Identifier of the client.', { maxLength: 255, format: 'client-id' }),
  client_name: optional(text('Name of the client on the consent page.')),
  client_secret: optional(secret('The secret of the client. Production accepts only `client_secret_file`.')),
  client_uri: optional(uri('Home page of the client.')),
  logo_uri: optional(uri('Logo shown on the consent page.')),
  policy_uri: optional(uri('Privacy policy of the client, which the consent page links to.')),
  tos_uri: optional(uri('Terms of service of the client, which the consent page links to.')),
  contacts: optional(
    list(text('An e-mail address.'), 'E-mail addresses of the people responsible for the client.'),
  ),
  application_type: optional(
    choice(['web', 'native'], 'web: on a server or in a browser. native: an app on a device. Default: web.'),
  ),
  redirect_uris: optional(
    list(uri('A redirect URI, compared exactly.'), 'URIs that authorization responses may be sent to.'),
  ),
  post_logout_redirect_uris: optional(
    list(uri('A URI.'), 'URIs that browsers may be sent to after signing out.'),
  ),
  initiate_login_uri: optional(
    uri('URI of the client at which someone else, such as a portal, may start a sign-in.'),
  ),
  grant_types: optional(
    list(
      text('A grant type.'),
      'What the client may use at the token endpoint, such as refresh_token. Default: authorization_code.',
    ),
  ),
  response_types: optional(
    list(
      text('A response type.'),
      'What the client may request at the authorization endpoint. Default: code.',
    ),
  ),
  response_modes: optional(
    list(
      text('A response mode.'),
      'How authorization responses may reach the client, such as query or form_post. Default: all.',
    ),
  ),
  token_endpoint_auth_method: optional(
    choice(
      clientAuthenticationMethods,
      'How the client proves who it is. none: a public client. Default: client_secret_basic.',
    ),
  ),
  scope: optional(text('Scopes that the client may request, separated by spaces. Default: all.')),
  authorization_details_types: optional(
    list(text('A type.'), 'Types of authorization details that the client may request (RFC 9396).'),
  ),
  jwks: optional(
    map(
      anything('A JWK set.'),
      'Public keys of the client, as a JWK set: for its assertions, its signed requests, and what is encrypted to it.',
    ),
  ),
  jwks_uri: optional(uri('URL from which the public keys of the client are fetched, instead of jwks.')),
  subject_type: optional(
    choice(
      ['public', 'pairwise'],
      'pairwise: only clients of the same host get the same subject identifier of a person. Default: public.',
    ),
  ),
  sector_identifier_uri: optional(
    uri('URL of a JSON list of the redirect URIs of several clients, which share pairwise subjects.'),
  ),
  default_max_age: optional(
    integer(
      'Seconds after a sign-in in which the person need not sign in again, if the request has no max_age.',
      { minimum: 0, maximum: 315_360_000 },
    ),
  ),
  default_acr_values: optional(
    list(
      text('An acr value.'),
      'Levels of sign-in (acr) that are asked for when the request has no acr_values.',
    ),
  ),
  required_acr: optional(
    text(
      'Level that every sign-in for this client must reach, whatever the request says; one of security.acr_values. Asks for a second factor where the password does not reach it, also in remembered browsers.',
    ),
  ),
  require_auth_time: optional(flag('Put auth_time, the time of the sign-in, into every id token.')),
  require_pushed_authorization_requests: optional(flag('Refuse requests that were not pushed (RFC 9126).')),
  dpop_bound_access_tokens: optional(flag('Refuse token requests without a DPoP proof (RFC 9449).')),
  tls_client_certificate_bound_access_tokens: optional(
    flag('Bind access tokens to the certificate of the client (RFC 8705).'),
  ),
  use_mtls_endpoint_aliases: optional(
    flag('The client uses the addresses in mtls_endpoint_aliases of the metadata (RFC 8705).'),
  ),
  tls_client_auth_subject_dn: optional(
    text('With tls_client_auth: the subject (DN) of the certificate of the client.'),
  ),
  tls_client_auth_san_dns: optional(
    text('With tls_client_auth: a DNS name in the certificate, instead of the subject.'),
  ),
  tls_client_auth_san_uri: optional(
    text('With tls_client_auth: a URI in the certificate, instead of the subject.'),
  ),
  tls_client_auth_san_ip: optional(
    text('With tls_client_auth: an IP address in the certificate, instead of the subject.'),
  ),
  tls_client_auth_san_email: optional(
    text('With tls_client_auth: an e-mail address in the certificate, instead of the subject.'),
  ),
  ...clientCryptography,
  backchannel_logout_uri: optional(uri('URL that gets a logout token when a person signs out.')),
  backchannel_logout_session_required: optional(flag('Logout tokens must name the session (sid).')),
  backchannel_token_delivery_mode: optional(
    choice(
      ['poll', 'ping'],
      'How a CIBA client learns that a person has decided. poll: it asks. ping: it is notified, and then asks.',
    ),
  ),
  backchannel_client_notification_endpoint: optional(
    uri('URL at which a CIBA client with the mode ping is notified.'),
  ),
  backchannel_user_code_parameter: optional(
    flag('The client may send a user code, which the person told it (CIBA).'),
  ),
  secrets: optional(list(namedSecret, 'Named secrets, instead of client_secret.')),
  issuer_tokens: optional(
    flag(
      'Whether the client may redeem a code at POST /api/v1/tokens with the code alone. Public clients only. Default: false.',
    ),
  ),
  audience: optional(
    text('Audience of the access tokens of an issuer_tokens client.', { format: 'absolute-uri' }),
  ),
  first_party: optional(flag('Whether the consent page is skipped. Default: false.')),
  profile: optional(
    choice(
      ['default', 'fapi2'],
      'fapi2: the rules of the FAPI 2.0 Security Profile hold for the client. Default: default.',
    ),
  ),
  pkce: optional(
    choice(
      ['auto', 'required', 'exempt'],
      'auto: a confidential client may send an OpenID Connect nonce instead of PKCE. exempt: a confidential OpenID Connect client without either. Public clients always need PKCE. Default: security.pkce.',
    ),
  ),
  id_token_claims: optional(
    either(
      choice(['technical', 'all'], 'Which personal claims.'),
      list(text('A claim.', { format: 'claim' }), 'These claims.'),
      'Personal claims in ID tokens, of the scopes that were granted. technical: none. all: all of them. A list: these, as far as a scope that the client may use releases them. Default: technical.',
    ),
  ),
  assertion_audience: optional(
    choice(
      ['issuer', 'endpoint'],
      'endpoint: the aud of a client assertion may also be the URL of the token endpoint or of the endpoint that is called. Not with the profile fapi2. Default: issuer.',
    ),
  ),
  allowed_groups: optional(
    list(
      groupName('Name of a group.'),
      'Groups whose members may use the client. Default: everyone may. An empty list is refused.',
      { minItems: 1 },
    ),
  ),
  allowed_upstreams: optional(
    list(
      text('The id of an upstream, or local.', { format: 'upstream-id' }),
      'Ways to sign in to the client: ids of `upstreams`, and `local` for a password or passkey of this server. Default: all of them.',
      { minItems: 1 },
    ),
  ),
  claims: optional(
    claimMapping(
      'Claims that id tokens and /userinfo of this client have in addition, by name. Every value is written here, so no scope is needed.',
    ),
  ),
  resources: optional(
    list(
      text('An audience.', { format: 'absolute-uri' }),
      'APIs that access tokens are for when a request names none, by their audience.',
    ),
  ),
});
