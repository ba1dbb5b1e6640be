/** The configuration that both checkouts run with; public keys of `postern.yaml` only. */
import { algorithms, audienceOf, claims, clients, machineClient, opaqueAudience } from '../fixtures.ts';

export const password = 'a password of the comparison';

/** Each signs in once, so that codes and tokens belong to as many grants. */
export const usernames = Array.from({ length: 20 }, (_, i) => `person-${String(i).padStart(2, '0')}`);

/** Limits that the other checkout may not know yet. */
const laterLimits = ['refresh_token_per_account'];

/** `schema` is the text of the checkout's `config/postern.schema.json`. */
export const createSettings = (port: number, storeUrl: string, schema: string) => ({
  issuer: `http://localhost:${port}`,
  listen: { port },
  store: { url: storeUrl },
  demo: false,
  log: { level: 'info', format: 'json' },
  tokens: { authorization_code_ttl: 600 },
  security: {
    password: { memory_kib: 8192, passes: 1 },
    // All load comes from one address: it is counted as always, but never refused.
    throttle: {
      token_per_address: 1_000_000,
      sign_in_per_address: 0,
      sign_in_per_account: 0,
      sign_in_per_client: 0,
      ...Object.fromEntries(
        laterLimits.filter((name) => schema.includes(`"${name}"`)).map((name) => [name, 0]),
      ),
    },
  },
  accounts: usernames.map((username) => ({ username, password, ...claims })),
  clients: clients.map((client) => ({
    ...client,
    first_party: true,
    ...(client.client_id === machineClient && { resources: [audienceOf('ES256')] }),
  })),
  resources: [
    ...algorithms.map((alg) => ({ audience: audienceOf(alg), scopes: ['read'], signing_alg: alg })),
    { audience: opaqueAudience, scopes: ['read'], access_token_format: 'opaque' },
  ],
});
