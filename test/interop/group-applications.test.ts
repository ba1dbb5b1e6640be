import { createRemoteJWKSet, jwtVerify } from 'jose';
import t from 'tap';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
} from '../support/setup/index.ts';
import { readIdToken, readUserinfo, receive } from '../support/tokens.ts';

// Requests as five well-known applications send them, and groups and roles where each of them reads these.

const application = (client_id: string, more: object = {}) => ({
  client_id,
  client_name: client_id,
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  first_party: true,
  ...more,
});

const server = await startInProcess(t, {
  groups: [{ name: 'grafana-admins' }, { name: 'staff' }, { name: 'wiki' }],
  clients: [
    application('grafana', {
      claims: {
        role: { from: 'groups', map: { 'grafana-admins': 'Admin', staff: 'Editor' }, default: 'Viewer' },
      },
    }),
    application('kubernetes'),
    application('oauth2-proxy', { allowed_groups: ['staff'] }),
    application('nextcloud'),
    application('argo-cd'),
  ],
});
const { accounts } = server.app.services;
const ada = await server.addAccount({
  username: 'ada',
  password,
  claims: { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true },
  groups: ['staff', 'wiki'],
});
const party = (id: string) => new RelyingParty(server.issuer, id);

/** `contains(groups[*], name) && yes || no`, the JMESPath that Grafana's documentation shows. */
const roleByGroups = (claims: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const groups = claims['groups'];
  if (!Array.isArray(groups)) return undefined;
  return groups.includes(name) ? 'Admin' : 'Viewer';
};

t.test('Grafana finds the role by a path into the id token or userinfo', async (t) => {
  const { idToken, userinfo } = await receive(party('grafana'), new Browser(), {
    scope: 'openid profile email groups',
  });
  // `role_attribute_path: role`, in the order in which Grafana looks.
  t.equal(idToken['role'] ?? userinfo['role'], 'Editor');
  t.equal(userinfo['role'], 'Editor');
  t.equal(roleByGroups(idToken, 'staff'), 'Admin', 'by groups as well');
  t.equal(roleByGroups(idToken, 'grafana-admins'), 'Viewer');
  await accounts.changeGroups(ada.id, { add: ['grafana-admins'] });
  const next = await receive(party('grafana'), new Browser(), { scope: 'openid profile email' });
  t.equal(next.idToken['role'], 'Admin', 'without the scope groups, at the next sign-in');
  await accounts.changeGroups(ada.id, { remove: ['grafana-admins'] });
});

t.test('kube-apiserver authorizes by the id token alone', async (t) => {
  const { response } = await receive(party('kubernetes'), new Browser(), { scope: 'openid groups' });
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth/jwks`));
  // `--oidc-issuer-url`, `--oidc-client-id`, `--oidc-groups-claim=groups`
  const { payload } = await jwtVerify(String(response.body['id_token']), keys, {
    issuer: server.issuer,
    audience: 'kubernetes',
  });
  t.same(payload['groups'], ['staff', 'wiki']);
  t.equal(payload.sub, ada.id);
});

t.test('oauth2-proxy lets members in, and asks again when it refreshes', async (t) => {
  // With allowed groups it adds the scope by itself.
  const scope = 'openid email profile groups offline_access';
  const { idToken, userinfo, response } = await receive(party('oauth2-proxy'), new Browser(), {
    scope,
    prompt: 'consent',
  });
  t.match(userinfo, { email: 'ada@example.com', email_verified: true });
  t.same(idToken['groups'] ?? userinfo['groups'], ['staff', 'wiki']);
  await accounts.changeGroups(ada.id, { remove: ['staff'] });
  const refused = await party('oauth2-proxy').refresh(String(response.body['refresh_token']));
  t.match(refused, { status: 400, body: { error: 'access_denied' } });
  const browser = new Browser();
  let page = await browser.open(party('oauth2-proxy').authorizationUrl(newVerifier(), { scope }));
  page = await browser.submit(page, { login: 'ada', password });
  t.equal(page.status, 403);
  page = await browser.submit(page, {});
  t.equal(redirectParameters(page).get('error'), 'access_denied');
  await accounts.changeGroups(ada.id, { add: ['staff'] });
});

t.test('Nextcloud gets what it always requests by the claims parameter', async (t) => {
  const claims = JSON.stringify({
    id_token: { email: null, name: null, quota: null, groups: null },
    userinfo: { email: null, name: null, quota: null, groups: null },
  });
  const { idToken } = await receive(party('nextcloud'), new Browser(), {
    scope: 'openid email profile',
    claims,
  });
  t.match(idToken, { email: 'ada@example.com', name: 'Ada Lovelace', groups: ['staff', 'wiki'] });
  t.notOk('quota' in idToken, 'the account has none');
});

t.test('Argo CD gets groups in the id token and at userinfo', async (t) => {
  const { response } = await receive(party('argo-cd'), new Browser(), {
    scope: 'openid profile email groups',
    claims: JSON.stringify({ id_token: { groups: { essential: true } } }),
  });
  t.same(readIdToken(response)['groups'], ['staff', 'wiki']);
  // `enableUserInfoGroups: true`
  t.same((await readUserinfo(server.issuer, response))['groups'], ['staff', 'wiki']);
});
