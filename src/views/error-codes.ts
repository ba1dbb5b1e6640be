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

/** Cause and fix of every error this service answers with. For developers, so in English like the codes. */
const explanations = {
  invalid_request: {
    status: 400,
    meaning:
      'The request is not well formed: a parameter is missing, doubled, unknown in this place, or has a value that can’t be read.',
    causes: [
      'A required parameter is absent, such as client_id, redirect_uri or code_challenge.',
      'A parameter appears twice, or the body has another content type than the endpoint takes.',
      'PKCE is missing: public clients must send code_challenge with code_challenge_method=S256.',
    ],
    fixes: [
      'Read error_description: it names the parameter.',
      'Compare the request with the metadata at /.well-known/openid-configuration.',
    ],
    specification: rfc(6749, '5.2'),
  },
  invalid_client: {
    status: 401,
    meaning: 'The client is not known here, or it did not prove who it is.',
    causes: [
      'client_id is mistyped or belongs to another installation.',
      'The secret is wrong, has expired or was rotated.',
      'The client authenticates by another method than the one registered for it.',
      'A client assertion has the wrong audience, lives longer than five minutes, or was used before.',
    ],
    fixes: [
      'Check client_id and token_endpoint_auth_method in the registration.',
      'With HTTP Basic, form-encode id and secret before joining them (RFC 6749 §2.3.1).',
      'In an assertion set aud to exactly the issuer, a fresh jti, and an exp at most five minutes away.',
    ],
    specification: rfc(6749, '5.2'),
  },
  invalid_grant: {
    status: 400,
    meaning:
      'The code or refresh token is wrong, expired, revoked, already used, or was issued for other circumstances.',
    causes: [
      'The authorization code was redeemed twice: a retry, a double click, a page reload.',
      'The code was redeemed too late.',
      'redirect_uri differs from the one of the authorization request.',
      'code_verifier does not belong to the code_challenge.',
      'A refresh token was used again after it had been rotated. The whole grant is revoked then, as for theft.',
    ],
    fixes: [
      'Redeem each code once, at once; start a new authorization when it fails.',
      'Keep verifier and redirect_uri with the state of the request that made them.',
      'Store the new refresh token from every answer, and let one process at a time refresh.',
    ],
    specification: rfc(6749, '5.2'),
  },
  unauthorized_client: {
    status: 400,
    meaning: 'The client is known but not allowed to use this grant type or response type.',
    causes: ['grant_types or response_types of the registration do not list what was asked for.'],
    fixes: ['Add the grant type to the client’s registration, or use one that is there.'],
    specification: rfc(6749, '5.2'),
  },
  unsupported_grant_type: {
    status: 400,
    meaning: 'The token endpoint does not know this grant_type.',
    causes: ['A typing error, a missing grant_type, or a JSON body where a form is expected.'],
    fixes: ['Use one of grant_types_supported in the metadata, in a form-encoded body.'],
    specification: rfc(6749, '5.2'),
  },
  unsupported_response_type: {
    status: 400,
    meaning: 'The authorization endpoint does not support this response_type.',
    causes: ['An implicit or hybrid response type was asked for, or the value is mistyped.'],
    fixes: ['Use response_type=code with PKCE.'],
    specification: rfc(6749, '4.1.2.1'),
  },
  unsupported_response_mode: {
    status: 400,
    meaning: 'The response_mode is not supported, or not for this response type.',
    causes: ['The value is mistyped, or asks for tokens in the query string.'],
    fixes: ['Use one of response_modes_supported in the metadata.'],
    specification: rfc(6749, '4.1.2.1'),
  },
  invalid_scope: {
    status: 400,
    meaning: 'A scope is unknown, malformed, or more than the client may have.',
    causes: [
      'The scope is not configured here, or not for the resource that was named.',
      'A refresh asks for more than was granted.',
    ],
    fixes: ['Ask for scopes from scopes_supported that the client is registered for.'],
    specification: rfc(6749, '5.2'),
  },
  access_denied: {
    status: 400,
    meaning: 'The user, or a rule of this service, said no.',
    causes: ['The user pressed Cancel on the consent page or Deny on the device page.'],
    fixes: ['Tell the user what the access is for, and let them start again. Don’t retry by yourself.'],
    specification: rfc(6749, '4.1.2.1'),
  },
  server_error: {
    status: 500,
    meaning: 'A fault on the side of this service.',
    causes: ['An unexpected condition. The log has the cause under the request id.'],
    fixes: ['Try again later; if it stays, give the request id to the operator.'],
    specification: rfc(6749, '4.1.2.1'),
  },
  temporarily_unavailable: {
    status: 503,
    meaning: 'The service can’t answer at the moment: overload, maintenance, or its store does not respond.',
    causes: ['The store is away or slow, or this process is shutting down.'],
    fixes: [
      'Wait for the time in Retry-After and send the same request again. A code or token in it is still good.',
    ],
    specification: rfc(6749, '4.1.2.1'),
  },
  login_required: {
    status: 400,
    meaning: 'The user must sign in, but the request forbade to show a page.',
    causes: ['prompt=none without a session, or with one older than max_age.'],
    fixes: ['Send the user through the authorization endpoint again without prompt=none.'],
    specification: core,
  },
  interaction_required: {
    status: 400,
    meaning: 'The user must do something, but the request forbade to show a page.',
    causes: ['prompt=none where a step such as a second factor is due.'],
    fixes: ['Send the same request without prompt=none.'],
    specification: core,
  },
  consent_required: {
    status: 400,
    meaning: 'The user has not allowed this yet, and the request forbade to ask.',
    causes: ['prompt=none with a new scope, claim or resource, or after the user revoked the app.'],
    fixes: ['Send the same request without prompt=none, once.'],
    specification: core,
  },
  account_selection_required: {
    status: 400,
    meaning: 'The user must choose an account, but the request forbade to show a page.',
    causes: ['prompt=none with a login hint that does not match the session.'],
    fixes: ['Send the same request with prompt=select_account.'],
    specification: core,
  },
  unmet_authentication_requirements: {
    status: 400,
    meaning: 'The sign-in can’t reach the level that the request calls essential.',
    causes: ['An essential acr value that this user or this service can’t satisfy.'],
    fixes: ['Ask for one of acr_values_supported, or ask for it as voluntary.'],
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
    fixes: ['Push the request again and use its new request_uri once, at once.'],
    specification: rfc(9126, '2.2'),
  },
  invalid_request_object: {
    status: 400,
    meaning: 'The signed request object can’t be verified or read.',
    causes: ['Wrong key or algorithm, wrong aud or iss, expired, or a parameter contradicts the query.'],
    fixes: ['Sign with a key of the registered jwks; set iss to the client id and aud to the issuer.'],
    specification: rfc(9101, '7'),
  },
  request_not_supported: {
    status: 400,
    meaning: 'Request objects are switched off here.',
    causes: ['The request carries a request parameter.'],
    fixes: ['Send plain parameters, or push them.'],
    specification: core,
  },
  request_uri_not_supported: {
    status: 400,
    meaning: 'Fetching a request by reference is switched off here.',
    causes: ['The request carries a request_uri that was not pushed to this service.'],
    fixes: ['Use the pushed authorization request endpoint.'],
    specification: core,
  },
  registration_not_supported: {
    status: 400,
    meaning: 'The registration parameter is not supported.',
    causes: ['The request is for a self-issued provider.'],
    fixes: ['Register the client first.'],
    specification: core,
  },
  invalid_redirect_uri: {
    status: 400,
    meaning: 'The redirect_uri is not registered for this client, or can’t be registered.',
    causes: [
      'It differs in one character: scheme, port, path, trailing slash.',
      'At registration: plain http for a web app, a fragment, or a wildcard.',
    ],
    fixes: [
      'Register the exact URI. Only the port of a loopback address may vary, for native apps (RFC 8252 §7.3).',
    ],
    specification: rfc(7591, '3.2.2'),
  },
  invalid_client_metadata: {
    status: 400,
    meaning: 'The client’s registration is not valid.',
    causes: ['A field is unknown, has a value out of range, or contradicts another field.'],
    fixes: ['Read error_description: it names the field.'],
    specification: rfc(7591, '3.2.2'),
  },
  invalid_software_statement: {
    status: 400,
    meaning: 'The software statement can’t be verified.',
    causes: ['It is expired, or not signed by an issuer that is trusted here.'],
    fixes: ['Get a new statement from the issuer of the software.'],
    specification: rfc(7591, '3.2.2'),
  },
  unapproved_software_statement: {
    status: 400,
    meaning: 'The software statement is valid but not approved here.',
    causes: ['The operator has not approved this software.'],
    fixes: ['Ask the operator to approve it.'],
    specification: rfc(7591, '3.2.2'),
  },
  invalid_token: {
    status: 401,
    meaning: 'The access token is expired, revoked, malformed, or meant for another place.',
    causes: [
      'The token has expired or its grant was revoked.',
      'A token for an API was sent to the userinfo endpoint.',
      'A sender-constrained token came without its DPoP proof or certificate.',
    ],
    fixes: ['Refresh the token. Use each token only at the resource it was issued for.'],
    specification: rfc(6750, '3.1'),
  },
  insufficient_scope: {
    status: 403,
    meaning: 'The access token is valid, but its scopes do not cover this request.',
    causes: ['The scope was not asked for, or the user left it out.'],
    fixes: ['Ask for the scope named in the answer in a new authorization request.'],
    specification: rfc(6750, '3.1'),
  },
  invalid_dpop_proof: {
    status: 400,
    meaning: 'The DPoP proof is missing, malformed, for another request, or used before.',
    causes: ['htm or htu do not match the request; iat is off; jti repeats; ath does not match the token.'],
    fixes: ['Make a new proof for each request, with the exact URL without query and a right clock.'],
    specification: rfc(9449, '5'),
  },
  use_dpop_nonce: {
    status: 400,
    meaning: 'The DPoP proof needs the nonce of this service.',
    causes: ['The first proof of a client, or a nonce that has grown old.'],
    fixes: ['Repeat the request with a proof that carries the value of the DPoP-Nonce header.'],
    specification: rfc(9449, '8'),
  },
  invalid_target: {
    status: 400,
    meaning: 'The resource is unknown, malformed, or not for this client.',
    causes: ['resource is not an absolute URI, has a fragment, or is not configured.'],
    fixes: ['Use the audience of a configured resource, exactly as it is written there.'],
    specification: rfc(8707, '2'),
  },
  invalid_authorization_details: {
    status: 400,
    meaning: 'authorization_details has an unknown type or a wrong shape.',
    causes: ['The type is not supported for this client or resource, or a field is missing.'],
    fixes: ['Use one of authorization_details_types_supported.'],
    specification: rfc(9396, '5'),
  },
  unsupported_token_type: {
    status: 400,
    meaning: 'This kind of token can’t be revoked or introspected here.',
    causes: ['The token was not issued by this service.'],
    fixes: ['Send the access or refresh token itself, unchanged.'],
    specification: rfc(7009, '2.2.1'),
  },
  authorization_pending: {
    status: 400,
    meaning: 'The user has not finished yet. This is part of the normal course.',
    causes: ['The device polls while the user is still signing in.'],
    fixes: ['Wait for the interval and poll again.'],
    specification: rfc(8628, '3.5'),
  },
  slow_down: {
    status: 400,
    meaning: 'The device polls too often.',
    causes: ['The pause between two polls is shorter than the interval.'],
    fixes: ['Add five seconds to the interval, for this and all later polls.'],
    specification: rfc(8628, '3.5'),
  },
  expired_token: {
    status: 400,
    meaning: 'The device code or authentication request has expired.',
    causes: ['The user did not finish in time.'],
    fixes: ['Start again and show the new code. Wait for the user before you poll anew.'],
    specification: rfc(8628, '3.5'),
  },
  expired_login_hint_token: {
    status: 400,
    meaning: 'The login_hint_token has expired.',
    causes: ['It was made too long ago.'],
    fixes: ['Make a new one.'],
    specification: ciba,
  },
  unknown_user_id: {
    status: 400,
    meaning: 'The hint does not lead to an account.',
    causes: ['login_hint, id_token_hint or login_hint_token name nobody here.'],
    fixes: ['Check the hint with the user.'],
    specification: ciba,
  },
  missing_user_code: {
    status: 400,
    meaning: 'A user code is required for this request.',
    causes: ['The client is registered with user codes and sent none.'],
    fixes: ['Ask the user for the code and send it as user_code.'],
    specification: ciba,
  },
  invalid_user_code: {
    status: 400,
    meaning: 'The user code is wrong.',
    causes: ['It was mistyped or changed.'],
    fixes: ['Ask the user again.'],
    specification: ciba,
  },
  invalid_binding_message: {
    status: 400,
    meaning: 'The binding message can’t be shown.',
    causes: ['It is too long or has characters that are not allowed.'],
    fixes: ['Use a short plain text.'],
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
    meaning: 'The page of a sign-in or a consent is no longer good.',
    causes: [
      'It was open for longer than tokens.interaction_ttl, or it was finished already, perhaps in another tab.',
      'It was opened in another browser than the one that began, or the browser keeps no cookies.',
    ],
    fixes: [
      'Start again at the application. Register initiate_login_uri, and the page leads there by itself.',
    ],
    specification: core,
  },
  form_expired: {
    status: 403,
    meaning: 'The form does not belong to this page of this browser.',
    causes: ['It was put together elsewhere, or the keys that seal forms were rotated since it was loaded.'],
    fixes: ['Load the page again and send its form.'],
    specification: rfc(6749, '10.12'),
  },
  foreign_form: {
    status: 403,
    meaning: 'The form was sent from a page of another site.',
    causes: [
      'Another site posts to this service.',
      'A proxy changes the Origin header, or the service is reached under another address than its issuer.',
    ],
    fixes: [
      'Let people reach this service by its issuer, and let Origin and Sec-Fetch-Site pass as they are.',
    ],
    specification: rfc(6749, '10.12'),
  },
  not_found: {
    status: 404,
    meaning: 'There is nothing at this address.',
    causes: ['The path is mistyped, has other capitals or a slash at its end, or takes another method.'],
    fixes: ['Take addresses from /.well-known/openid-configuration.'],
    specification: rfc(9110, '15.5.5'),
  },
  request_too_large: {
    status: 413,
    meaning: 'The body of the request is larger than this service takes.',
    causes: ['It is larger than security.max_body_bytes.'],
    fixes: ['Send less, or push the request by reference.'],
    specification: rfc(9110, '15.5.14'),
  },
  unsupported_media_type: {
    status: 415,
    meaning: 'The body has another content type than this address takes.',
    causes: ['A form where JSON is wanted, or JSON where a form is wanted.'],
    fixes: ['Set Content-Type as the documentation of the endpoint says.'],
    specification: rfc(9110, '15.5.16'),
  },
  misdirected_request: {
    status: 421,
    meaning: 'This service does not answer for the host that was named.',
    causes: ['The Host header names neither the issuer nor one of security.allowed_hosts.'],
    fixes: ['Use the issuer’s address, let the proxy pass the Host header, or allow the host.'],
    specification: rfc(9110, '15.5.20'),
  },
  too_many_requests: {
    status: 429,
    meaning: 'More was asked than is allowed in this time.',
    causes: ['Many requests came from one address or client.'],
    fixes: ['Wait for as long as Retry-After says.'],
    specification: rfc(6585, '4'),
  },
  overloaded: {
    status: 503,
    meaning: 'More people sign in at this moment than passwords can be checked.',
    causes: ['security.password.max_queued sign-ins are waiting already.'],
    fixes: ['Try again in a moment. Operators: more processes, or more memory and max_concurrent.'],
    specification: rfc(9110, '15.6.4'),
  },
} satisfies Record<string, Explanation>;

const explanationsByCode: ReadonlyMap<string, Explanation> = new Map(Object.entries(explanations));

export const explanationOf = (code: string): Explanation | undefined => explanationsByCode.get(code);

export const explainedCodes: readonly string[] = [...explanationsByCode.keys()];
