import type { Config } from '#config';
import type { DemoSecrets } from './features/demo/index.ts';

const row = (name: string, value: string): string => `  ${name.padEnd(12)}${value}`;

const secretOf = (demo: DemoSecrets, type: string): string | undefined =>
  demo.clients.find((client) => client.type === type)?.secret;

/** What a newcomer needs: where it is, who may sign in, and lines that work when pasted. */
export const greeting = (config: Config, demo: DemoSecrets | undefined): string => {
  const { issuer } = config;
  const lines = [
    `Postern is listening on ${issuer} (${config.mode}).`,
    '',
    ...(config.mode === 'development' ? [row('Playground', `${issuer}/`)] : []),
    row('Metadata', `${issuer}/.well-known/openid-configuration`),
    row('Health', `${issuer}/readyz`),
    row('Store', config.store.url.replace(/\/\/[^@/]*@/, '//***@')),
  ];
  if (config.mode === 'production' || (config.demo === false && !demo)) return lines.join('\n');
  if (!demo) {
    return [
      ...lines,
      '',
      'Forgot the secrets of the demo? New ones:',
      '  npx postern account reset-password demo',
      '  npx postern client rotate-secret demo-machine',
    ].join('\n');
  }
  const machine = secretOf(demo, 'machine');
  return [
    ...lines,
    '',
    'Made for you, shown this once (only hashes are kept):',
    row('Sign in', `${demo.username} / ${demo.password}`),
    ...demo.clients.map(({ id, secret }) => row('Client', secret ? `${id} / ${secret}` : `${id} (public)`)),
    '',
    'A first token:',
    `  curl -s -u '${`demo-machine:${machine}`}' -d grant_type=client_credentials ${issuer}/oauth/token`,
    'A device asks to be let in:',
    `  curl -s -d 'client_id=demo-device&scope=openid' ${issuer}/oauth/device_authorization`,
  ].join('\n');
};
