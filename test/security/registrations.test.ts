import t from 'tap';
import { newKey } from '../support/proofs.ts';
import { Browser, newVerifier, RelyingParty } from '../support/setup/index.ts';
import { startSecurityTest } from './security-test.ts';

const uris = { redirect_uris: ['https://newcomer.example/callback'] };
const { jwk } = await newKey();

t.test(
  'a self-registered client gets only what the policy allows, and breaks nothing (RFC 7591 §5)',
  async (t) => {
    const { issuer, events, stored } = await startSecurityTest(t, {
      registration: { enabled: true },
      security: { throttle: { registration_per_address: 0 } },
    });
    const register = async (body: object | string) => {
      const answer = await fetch(`${issuer}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      // The response of the endpoint has this shape.
      return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
    };
    const nested = (text: string): string => `${'['.repeat(20_000)}${text}${']'.repeat(20_000)}`;
    const begun = JSON.stringify(uris).slice(0, -1);
    const signer = { ...uris, token_endpoint_auth_method: 'private_key_jwt' };
    const documents = await stored();
    const refused: Readonly<Record<string, object | string>> = {
      'a key that is nested without end (CWE-674)': `${begun},"jwks":{"keys":[{"kty":"EC","crv":"P-256","x":"${jwk.x}","y":"${jwk.y}","a":${nested('1')}}]}}`,
      'what nobody knows, nested without end': `${begun},"a":${nested('')}}`,
      'a name that turns around (CWE-451)': { ...uris, client_name: 'moc.knab\u202e' },
      'a name of two lines': { ...uris, client_name: 'A Bank\nis asking' },
      'a name that fills the page': { ...uris, client_name: 'x'.repeat(121) },
      'half a character': `${begun},"client_name":"\\ud800"}`,
      'a private key': { ...signer, jwks: { keys: [{ ...jwk, d: jwk.x }] } },
      'a shared key': { ...signer, jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } },
      'no signature at all': { ...uris, request_object_signing_alg: 'none' },
      'a signature by a secret': { ...uris, id_token_signed_response_alg: 'HS256' },
      'a script as its logo': { ...uris, logo_uri: 'javascript:alert(1)' },
      'a grant without a person': { ...uris, grant_types: ['client_credentials'] },
      'no scope but one of the operator': { ...uris, scope: 'admin:write' },
      'the mark of an issuer': { ...uris, issuer_tokens: true },
    };
    for (const [name, body] of Object.entries(refused)) {
      const before = events.length;
      const answer = await register(body);
      t.equal(answer.status, 400, name);
      t.match(answer.body, { error: /^invalid_(client_metadata|redirect_uri|request)$/ }, name);
      t.match(events.slice(before), [{ outcome: 'refused' }], `${name}: one event`);
    }
    t.equal(await stored(), documents, 'nothing was stored');

    const odd = await register({
      redirect_uris: ['https://a,b;script-src/'],
      client_name: '</h1><script>alert(1)</script>',
      token_endpoint_auth_method: 'none',
      from_registration: false,
      registered_scope: 'write',
    });
    t.equal(odd.status, 201);
    t.notOk(
      'from_registration' in odd.body || 'registered_scope' in odd.body,
      'reserved members can not be registered',
    );
    const party = new RelyingParty(issuer, String(odd.body['client_id']), '');
    const page = await new Browser().open(
      party.authorizationUrl(newVerifier(), { redirect_uri: 'https://a,b;script-src/' }),
    );
    t.equal(page.status, 200);
    t.notMatch(page.body, '<script>alert', 'a name is text (CWE-79)');
    t.notMatch(
      page.headers.get('content-security-policy'),
      /a,b|;\s*script-src\//,
      'an address ends no policy',
    );
  },
);
