import { decodeJwt } from 'jose';
import t from 'tap';
import { addPasskey, passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const server = await startInProcess(t, {
  ...usualConfig,
  clients: [
    ...usualConfig.clients,
    { ...usualConfig.clients[0], client_id: 'strict', required_acr: 'strong' },
  ],
  security: {
    password: { memory_kib: 8192, passes: 1 },
    acr_values: ['weak', 'strong'],
    factors: { password_acr: 'weak', second_factor_acr: 'strong' },
  },
});
const verifier = newVerifier();
const passkey = await addPasskey(server, 'ada');

for (const [what, clientId, parameters] of [
  ['acr_values (RFC 9470 §4)', 'app', { acr_values: 'strong' }],
  [
    'an essential acr claim (OpenID Connect Core §5.5.1.1)',
    'app',
    { claims: JSON.stringify({ id_token: { acr: { essential: true, values: ['strong'] } } }) },
  ],
  ['required_acr of the client', 'strict', {}],
] as const)
  t.test(`a sign-in by password is stepped up with a passkey for ${what}`, async (t) => {
    const browser = new Browser();
    await codeFor(new RelyingParty(server.issuer), browser);
    const client = new RelyingParty(server.issuer, clientId);
    const login = await browser.open(client.authorizationUrl(verifier, parameters));
    t.match(login.body, 'login-submit');
    const weak = await browser.submit(login, { login: 'ada', password });
    t.notMatch(weak.body, 'factor-set-up', 'the password can’t set up another second factor');
    t.match(weak.body, 'confirm with your passkey');
    const answer = await sendPasskey(browser, weak, passkey.get(passkeyFormOf(weak.body).options));
    const { body } = await client.redeem(redirectParameters(answer).get('code') ?? '', verifier);
    t.match(decodeJwt(String(body.id_token)), { acr: 'strong', amr: ['pwd', 'swk', 'user', 'mfa'] });
    const again = await browser.open(client.authorizationUrl(verifier, { ...parameters, prompt: 'none' }));
    t.ok(redirectParameters(again).get('code'), 'the session is strong now');
  });
