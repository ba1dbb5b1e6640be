import type { Config, ResourceConfig } from '#config';
import type { AddAccount } from '../accounts/index.ts';
import type { AddClient, ClientType } from '../clients/index.ts';

export const demoUsername = 'demo';

export const demoPerson: AddAccount = {
  username: demoUsername,
  claims: {
    name: 'Demo Person',
    given_name: 'Demo',
    family_name: 'Person',
    email: 'demo@example.com',
    email_verified: true,
  },
  demo: true,
};

export const demoResource = (issuer: string): ResourceConfig => ({
  audience: `${issuer}/demo-api`,
  scopes: ['demo:read', 'demo:write'],
  access_token_format: 'jwt',
  signing_alg: 'ES256',
  token_typ: 'at+jwt',
});

const demoScopes: Config['scopes'] = {
  'demo:read': {
    en: 'Read from the demo API',
    de: 'Aus der Demo-API lesen',
    pl: 'Odczytywać dane z demonstracyjnego API',
  },
  'demo:write': {
    en: 'Write to the demo API',
    de: 'In die Demo-API schreiben',
    pl: 'Zapisywać dane w demonstracyjnym API',
  },
};

/** Adds the API of the demo wherever its other data may exist. */
export const withDemoResource = (config: Config): Config => {
  const resource = demoResource(config.issuer);
  const isConfigured = config.resources.some(({ audience }) => audience === resource.audience);
  const isNeeded = config.mode === 'development' && config.demo !== false && !isConfigured;
  if (!isNeeded) return config;
  return {
    ...config,
    resources: [...config.resources, resource],
    scopes: { ...demoScopes, ...config.scopes },
  };
};

type DemoClient = AddClient & { readonly id: string; readonly type: ClientType };

/** The redirect URIs are those of the playground and of the programs in `examples/`. */
export const demoClients = (issuer: string): readonly DemoClient[] => {
  const playground = `${issuer}/playground/callback`;
  const client = (type: ClientType, name: string, metadata: AddClient['metadata'] = {}): DemoClient => ({
    type,
    id: `demo-${type}`,
    metadata: { client_name: name, ...metadata },
    demo: true,
  });
  return [
    client('web', 'Demo web application', {
      redirect_uris: [playground, 'http://localhost:3001/callback', 'http://127.0.0.1:3001/callback'],
      post_logout_redirect_uris: [issuer, 'http://localhost:3001/'],
    }),
    client('spa', 'Demo single-page application', {
      redirect_uris: [playground, 'http://localhost:5173/callback', 'http://127.0.0.1:5173/callback'],
      post_logout_redirect_uris: [issuer, 'http://localhost:5173/'],
    }),
    client('native', 'Demo native application', {
      redirect_uris: [
        'http://127.0.0.1/callback',
        'http://localhost/callback',
        'http://[::1]/callback',
        'com.example.demo:/callback',
      ],
    }),
    client('machine', 'Demo machine'),
    client('device', 'Demo device'),
    client('issuer', 'Demo issuer-style application', {
      redirect_uris: [playground, 'http://localhost:3001/callback', 'http://127.0.0.1:3001/callback'],
      audience: demoResource(issuer).audience,
    }),
  ];
};
