/**
 * A stock oidc-provider as another identity provider, in a process of its own: the server under test changes the library.
 * Its development pages sign anyone in by any name. The first argument is the issuer of the client.
 */
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [, , downstream = ''] = process.argv;
const at = `${downstream}/upstream/stock`;

const server = createServer((request, response) => void callback(request, response));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('no port');
const issuer = `http://127.0.0.1:${address.port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'downstream',
      client_secret: 'a-secret-of-forty-three-characters-or-more-00',
      redirect_uris: [`${at}/callback`],
      post_logout_redirect_uris: [`${at}/signed-out`],
      backchannel_logout_uri: `${at}/backchannel-logout`,
      backchannel_logout_session_required: true,
    },
  ],
  claims: { email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `${id} of Stock`, email: `${id}@stock.example`, email_verified: true }),
  }),
  features: { backchannelLogout: { enabled: true } },
  // The dispatcher of the default refuses addresses of this machine.
  fetch: (url, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown } = {}) =>
    fetch(url, options),
  cookies: { keys: ['a-key-of-the-stock-provider'] },
});
const callback = provider.callback();
process.stdout.write(`listening at ${issuer}\n`);
