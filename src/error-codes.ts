interface Explanation {
  readonly status: number;
  readonly meaning: string;
  readonly causes: readonly string[];
  readonly fixes: readonly string[];
  readonly specification: { readonly name: string; readonly href: string };
}

const rfc = (number: number, section: string) => ({
  name: `RFC ${number} §${section}`,
  href: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
});

const openid = (name: string, document: string, anchor: string) => ({
  name,
  href: `https://openid.net/specs/${document}.html#${anchor}`,
});

const core = openid('OpenID Connect Core §3.1.2.6', 'openid-connect-core-1_0', 'AuthError');
const ciba = openid(
  'OpenID Connect CIBA §13',
  'openid-client-initiated-backchannel-authentication-core-1_0',
  'rfc.section.13',
);

/**
 * Explains every error code that this service sends. The texts are for developers, so they are in English like the
 * codes.
 */
const explanations = {
  invalid_request: {
    status: 400,
    meaning:
      'The request is malformed: a parameter is missing, repeated, not allowed here, or has an invalid value.',
    causes: [
      'A required parameter is missing, such as client_id, redirect_uri or code_challenge.',
      'A parameter is repeated, or the body has a content type that the endpoint doesn’t accept.',
      'PKCE is missing: send code_challenge with code_challenge_method=S256. A confidential client may send a nonce with the scope openid instead, unless its rule is pkce: required. If it can send neither, its operator can set pkce: exempt.',
    ],
    fixes: [
      'Read error_description, which names the parameter.',
      'Compare the request with the metadata at /.well-known/openid-configuration.',
    ],
    specification: rfc(6749, '5.2'),
  },
  invalid_client: {
    status: 401,
    meaning: 'The client is unknown, or client authentication failed.',
    causes: [
      'client_id is mistyped or belongs to another server.',
      'The secret is wrong, has expired or was rotated.',
      'The client uses another authentication method than the registered one.',
      'A client assertion has the wrong audience, is valid for more than five minutes, or was used before.',
    ],
    fixes: [
      'Compare client_id and token_endpoint_auth_method with the client’s registration.',
      'With HTTP Basic, form-encode the ID and the secret before you join them (RFC 6749 §2.3.1).',
      'In an assertion, set aud to exactly the issuer, use a new jti, and set exp at most five minutes ahead. If its library can only name an endpoint, set assertion_audience: endpoint for the client.',
    ],
    specification: rfc(6749, '5.2'),
  },
  invalid_grant: {
    status: 400,
    meaning:
      'The code or refresh token is wrong, expired, revoked, already used, or doesn’t match this request.',
    causes: [
      'The authorization code was redeemed twice, for example by a retry, a double click or a page reload.',
      'The code has expired.',
      'redirect_uri differs from the one in the authorization request.',
      'code_verifier doesn’t match the code_challenge.',
      'A refresh token was used again after it was rotated. The server treats this as theft and revokes the whole grant.',
    ],
    fixes: [
      'Redeem each code once and without delay. If it fails, start a new authorization.',
      'Store code_verifier and redirect_uri together with the state of their request.',
      'Store the new refresh token from every response, and let only one process refresh at a time.',
    ],
    specification: rfc(6749, '5.2'),
  },
  unauthorized_client: {
    status: 400,
    meaning:
      'The client isn’t allowed to use this grant type or response type, or an operator has stopped it.',
    causes: [
      'grant_types or response_types in the client’s registration doesn’t list the requested type.',
      'An operator has stopped the client; error_description says so.',
    ],
    fixes: [
      'Add the type to the client’s registration, or use a registered one.',
      'Ask the operator to start the client again: postern client start ID.',
    ],
    specification: rfc(6749, '5.2'),
  },
  unsupported_grant_type: {
    status: 400,
    meaning: 'The token endpoint doesn’t support this grant_type.',
    causes: ['grant_type is missing or mistyped, or the body is JSON where a form is expected.'],
    fixes: ['Use one of grant_types_supported in the metadata, in a form-encoded body.'],
    specification: rfc(6749, '5.2'),
  },
  unsupported_response_type: {
    status: 400,
    meaning: 'The authorization endpoint does not support this response_type.',
    causes: ['An implicit or hybrid response type was requested, or the value is mistyped.'],
    fixes: ['Use response_type=code with PKCE.'],
    specification: rfc(6749, '4.1.2.1'),
  },
  unsupported_response_mode: {
    status: 400,
    meaning: 'The response_mode isn’t supported, or not for this response type.',
    causes: ['The value is mistyped, or requests tokens in the query string.'],
    fixes: ['Use one of response_modes_supported in the metadata.'],
    specification: rfc(6749, '4.1.2.1'),
  },
  invalid_scope: {
    status: 400,
    meaning: 'A scope is unknown, malformed, or not allowed for the client.',
    causes: [
      'The scope isn’t configured, or not for the requested resource.',
      'A refresh request asks for more than was granted.',
    ],
    fixes: ['Request scopes from scopes_supported that the client is registered for.'],
    specification: rfc(6749, '5.2'),
  },
  access_denied: {
    status: 400,
    meaning: 'The user or a rule of this service denied the request.',
    causes: [
      'The user chose Cancel on the consent page or Deny on the device page.',
      'The client is for members of certain groups (allowed_groups), and the user is in none of them.',
    ],
    fixes: ['Tell the user what the access is for, and let them start again. Don’t retry automatically.'],
    specification: rfc(6749, '4.1.2.1'),
  },
  server_error: {
    status: 500,
    meaning: 'Something went wrong in this service.',
    causes: ['An unexpected error. The server’s log has the cause, with the request ID.'],
    fixes: ['Try again later. If the error persists, give the request ID to the operator.'],
    specification: rfc(6749, '4.1.2.1'),
  },
  temporarily_unavailable: {
    status: 503,
    meaning: 'The service can’t handle the request right now.',
    causes: [
      'The server is overloaded or shutting down, or its store doesn’t respond.',
      'The store is nearly full (store.reserve_percent), so no new sign-in, pushed request or registration is accepted.',
      'With status 429: too many requests came from this address, or of this account or client.',
    ],
    fixes: [
      'Wait for the time in Retry-After, then send the same request again. A code or token in it is still valid.',
    ],
    specification: rfc(6749, '4.1.2.1'),
  },
  login_required: {
    status: 400,
    meaning: 'The user must sign in, but the request doesn’t allow showing a page.',
    causes: ['prompt=none without a session, or with one older than max_age.'],
    fixes: ['Send the user through the authorization endpoint again without prompt=none.'],
    specification: core,
  },
  interaction_required: {
    status: 400,
    meaning: 'The user must complete a step, but the request doesn’t allow showing a page.',
    causes: ['prompt=none when a step such as a second factor is required.'],
    fixes: ['Send the same request without prompt=none.'],
    specification: core,
  },
  consent_required: {
    status: 400,
    meaning: 'The user hasn’t consented yet, but the request doesn’t allow asking.',
    causes: ['prompt=none with a new scope, claim or resource, or after the user revoked the app.'],
    fixes: ['Send the same request once without prompt=none.'],
    specification: core,
  },
  account_selection_required: {
    status: 400,
    meaning: 'The user must choose an account, but the request doesn’t allow showing a page.',
    causes: ['prompt=none with a login hint that doesn’t match the session.'],
    fixes: ['Send the same request with prompt=select_account.'],
    specification: core,
  },
  unmet_authentication_requirements: {
    status: 400,
    meaning: 'The sign-in can’t reach the authentication level that the request requires.',
    causes: ['The request has an essential acr value that this user or this service can’t satisfy.'],
    fixes: ['Request one of acr_values_supported, or request it as voluntary.'],
    specification: openid(
      'OpenID Connect: unmet_authentication_requirements',
      'openid-connect-unmet-authentication-requirements-1_0',
      'rfc.section.2',
    ),
  },
  invalid_request_uri: {
    status: 400,
    meaning: 'The request_uri is unknown, expired or already used.',
    causes: ['A pushed request was used twice, or too long after it was pushed.'],
    fixes: ['Push the request again and use the new request_uri once and without delay.'],
    specification: rfc(9126, '2.2'),
  },
  invalid_request_object: {
    status: 400,
    meaning: 'The signed request object can’t be verified or read.',
    causes: [
      'The key, algorithm, aud or iss is wrong, the object has expired, or a parameter contradicts the query.',
    ],
    fixes: ['Sign with a key from the registered jwks, and set iss to the client ID and aud to the issuer.'],
    specification: rfc(9101, '7'),
  },
  request_not_supported: {
    status: 400,
    meaning: 'Request objects are disabled.',
    causes: ['The request carries a request parameter.'],
    fixes: ['Send plain parameters, or push them.'],
    specification: core,
  },
  request_uri_not_supported: {
    status: 400,
    meaning: 'Requests by reference are disabled.',
    causes: ['The request carries a request_uri that wasn’t pushed to this service.'],
    fixes: ['Use the pushed authorization request endpoint.'],
    specification: core,
  },
  registration_not_supported: {
    status: 400,
    meaning: 'The registration parameter isn’t supported.',
    causes: ['The request is meant for a self-issued provider.'],
    fixes: ['Register the client first.'],
    specification: core,
  },
  invalid_redirect_uri: {
    status: 400,
    meaning: 'The redirect_uri isn’t registered for this client, or can’t be registered.',
    causes: [
      'It differs from the registered one, for example in the scheme, port, path or a trailing slash.',
      'At registration, it uses plain http for a web app, a fragment, or a wildcard.',
    ],
    fixes: [
      'Register the exact URI. Only the port of a native app’s loopback address may vary (RFC 8252 §7.3).',
    ],
    specification: rfc(7591, '3.2.2'),
  },
  invalid_client_metadata: {
    status: 400,
    meaning: 'The client’s metadata is invalid.',
    causes: ['A field is unknown, has an invalid value, or contradicts another field.'],
    fixes: ['Read error_description, which names the field.'],
    specification: rfc(7591, '3.2.2'),
  },
  invalid_software_statement: {
    status: 400,
    meaning: 'The software statement can’t be verified.',
    causes: ['It has expired, or isn’t signed by an issuer that this service trusts.'],
    fixes: ['Get a new statement from the software’s issuer.'],
    specification: rfc(7591, '3.2.2'),
  },
  unapproved_software_statement: {
    status: 400,
    meaning: 'The software statement is valid but not approved.',
    causes: ['The operator hasn’t approved this software.'],
    fixes: ['Ask the operator to approve it.'],
    specification: rfc(7591, '3.2.2'),
  },
  invalid_token: {
    status: 401,
    meaning: 'The access token is expired, revoked, malformed, or meant for another resource.',
    causes: [
      'The token has expired or its grant was revoked.',
      'A token for an API was sent to the userinfo endpoint.',
      'A sender-constrained token was sent without its DPoP proof or certificate.',
    ],
    fixes: ['Refresh the token. Use each token only at the resource it was issued for.'],
    specification: rfc(6750, '3.1'),
  },
  insufficient_scope: {
    status: 403,
    meaning: 'The access token is valid, but its scopes don’t cover this request.',
    causes: ['The client didn’t request the scope, or the user didn’t allow it.'],
    fixes: ['Request the scope that the response names in a new authorization request.'],
    specification: rfc(6750, '3.1'),
  },
  invalid_dpop_proof: {
    status: 400,
    meaning: 'The DPoP proof is missing, malformed, made for another request, or was used before.',
    causes: [
      'htm or htu doesn’t match the request, iat is too far off, jti was used before, or ath doesn’t match the token.',
    ],
    fixes: [
      'Create a new proof for each request, with the exact URL without its query, and keep your clock accurate.',
    ],
    specification: rfc(9449, '5'),
  },
  use_dpop_nonce: {
    status: 400,
    meaning: 'The DPoP proof needs the nonce of this service.',
    causes: ['The proof has no nonce, or an old one.'],
    fixes: ['Repeat the request with a proof that carries the value of the DPoP-Nonce header.'],
    specification: rfc(9449, '8'),
  },
  invalid_target: {
    status: 400,
    meaning: 'The resource is unknown, malformed, or not available to this client.',
    causes: ['resource isn’t an absolute URI, has a fragment, or isn’t configured.'],
    fixes: ['Use the audience of a configured resource, exactly as configured.'],
    specification: rfc(8707, '2'),
  },
  invalid_authorization_details: {
    status: 400,
    meaning: 'authorization_details has an unknown type or a wrong shape.',
    causes: ['The type isn’t supported for this client or resource, or a field is missing.'],
    fixes: ['Use one of authorization_details_types_supported.'],
    specification: rfc(9396, '5'),
  },
  unsupported_token_type: {
    status: 400,
    meaning: 'This kind of token can’t be revoked or introspected here.',
    causes: ['The token wasn’t issued by this service.'],
    fixes: ['Send the access or refresh token itself, unchanged.'],
    specification: rfc(7009, '2.2.1'),
  },
  authorization_pending: {
    status: 400,
    meaning: 'The user hasn’t finished yet. This is normal.',
    causes: ['The device polls while the user is still signing in.'],
    fixes: ['Wait for the interval and poll again.'],
    specification: rfc(8628, '3.5'),
  },
  slow_down: {
    status: 400,
    meaning: 'The device polls too often.',
    causes: ['The time between two polls is shorter than the interval.'],
    fixes: ['Add five seconds to the interval, for this and all later polls.'],
    specification: rfc(8628, '3.5'),
  },
  expired_token: {
    status: 400,
    meaning: 'The device code or authentication request has expired.',
    causes: ['The user didn’t finish in time.'],
    fixes: ['Start again and show the new code. Wait for the user before you poll again.'],
    specification: rfc(8628, '3.5'),
  },
  expired_login_hint_token: {
    status: 400,
    meaning: 'The login_hint_token has expired.',
    causes: ['It is too old.'],
    fixes: ['Create a new one.'],
    specification: ciba,
  },
  unknown_user_id: {
    status: 400,
    meaning: 'The hint doesn’t identify an account.',
    causes: ['No account matches login_hint, id_token_hint or login_hint_token.'],
    fixes: ['Check the hint with the user.'],
    specification: ciba,
  },
  missing_user_code: {
    status: 400,
    meaning: 'A user code is required for this request.',
    causes: ['The client is registered with user codes but sent none.'],
    fixes: ['Ask the user for the code and send it as user_code.'],
    specification: ciba,
  },
  invalid_user_code: {
    status: 400,
    meaning: 'The user code is wrong.',
    causes: ['It was mistyped, or the user has changed it.'],
    fixes: ['Ask the user for the code again.'],
    specification: ciba,
  },
  invalid_binding_message: {
    status: 400,
    meaning: 'The binding message can’t be shown.',
    causes: ['It is too long or contains characters that aren’t allowed.'],
    fixes: ['Use short plain text.'],
    specification: ciba,
  },
  transaction_failed: {
    status: 400,
    meaning: 'The authentication request ended without a result.',
    causes: ['Something failed between this service and the user’s device.'],
    fixes: ['Start a new request.'],
    specification: ciba,
  },
  interaction_expired: {
    status: 400,
    meaning: 'The sign-in or consent page is no longer valid.',
    causes: [
      'It was open for longer than tokens.interaction_ttl, or the user has already completed it, perhaps in another tab.',
      'It was opened in another browser than the one that started the sign-in, or the browser doesn’t keep cookies.',
    ],
    fixes: [
      'Start again in the app. If the client has a registered initiate_login_uri, the page links to it.',
    ],
    specification: core,
  },
  form_expired: {
    status: 403,
    meaning: 'The form doesn’t belong to this browser or this page.',
    causes: [
      'It was created elsewhere, or the keys that protect forms were rotated since the page was loaded.',
    ],
    fixes: ['Reload the page and submit the form again.'],
    specification: rfc(6749, '10.12'),
  },
  sign_in_ended: {
    status: 409,
    meaning: 'The sign-in ended while a form was sent.',
    causes: ['A new password was set meanwhile, or everything that was signed in to the account was ended.'],
    fixes: ['Sign in again.'],
    specification: core,
  },
  link_gone: {
    status: 410,
    meaning: 'The link of a message doesn’t work any more.',
    causes: [
      'It was already used. Each link works once.',
      'It has expired, or something that happened since made it void, such as a new password.',
      'The address was cut off when it was copied.',
    ],
    fixes: ['Ask for a new link where the first one was asked for.'],
    specification: rfc(9110, '15.5.11'),
  },
  foreign_form: {
    status: 403,
    meaning: 'The form was sent from a page of another site.',
    causes: [
      'Another site posts to this service.',
      'A proxy changes the Origin header, or the service is reached at another address than its issuer.',
    ],
    fixes: [
      'Let users reach this service at its issuer, and let the proxy pass Origin and Sec-Fetch-Site unchanged.',
    ],
    specification: rfc(6749, '10.12'),
  },
  not_found: {
    status: 404,
    meaning: 'There is no page or endpoint at this address.',
    causes: ['The path is mistyped, differs in case, ends with a slash, or doesn’t allow this method.'],
    fixes: ['Use the addresses in /.well-known/openid-configuration.'],
    specification: rfc(9110, '15.5.5'),
  },
  request_too_large: {
    status: 413,
    meaning: 'The request body is larger than this service accepts.',
    causes: ['It is larger than security.max_body_bytes, or than 1 MiB where a file is uploaded.'],
    fixes: ['Send less data, or push the authorization request (RFC 9126).'],
    specification: rfc(9110, '15.5.14'),
  },
  unsupported_media_type: {
    status: 415,
    meaning: 'The body has a content type that this endpoint doesn’t accept.',
    causes: ['The body is a form where JSON is expected, or JSON where a form is expected.'],
    fixes: ['Set Content-Type as the endpoint’s documentation says.'],
    specification: rfc(9110, '15.5.16'),
  },
  misdirected_request: {
    status: 421,
    meaning: 'This service doesn’t answer requests for this host.',
    causes: ['The Host header matches neither the issuer nor an entry of security.allowed_hosts.'],
    fixes: ['Use the issuer’s address, let the proxy pass the Host header on, or allow the host.'],
    specification: rfc(9110, '15.5.20'),
  },
  too_many_requests: {
    status: 429,
    meaning: 'Too many requests were sent in a short time.',
    causes: ['One address or client sent more requests than the rate limit allows.'],
    fixes: ['Wait for the time in Retry-After.'],
    specification: rfc(6585, '4'),
  },
  overloaded: {
    status: 503,
    meaning: 'More users are signing in than the server can check passwords for.',
    causes: ['security.password.max_queued sign-ins are already waiting.'],
    fixes: ['Try again in a moment. Operators can add processes, or add memory and raise max_concurrent.'],
    specification: rfc(9110, '15.6.4'),
  },
} satisfies Record<string, Explanation>;

const explanationsByCode: ReadonlyMap<string, Explanation> = new Map(Object.entries(explanations));

export const explanationOf = (code: string): Explanation | undefined => explanationsByCode.get(code);

export const explainedCodes: readonly string[] = [...explanationsByCode.keys()];
