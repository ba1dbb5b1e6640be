import type { Config } from '#config';
import type { Demo } from './services/demo-data/index.ts';
import { administratorCommand, ownCommand } from './services/own-command/index.ts';

const row = (name: string, value: string): string => `  ${name.padEnd(12)}${value}`;

const consoleRows = (config: Config): readonly string[] => {
  const { issuer, admin } = config;
  if (!admin.enabled || admin.listen !== undefined) return [];
  const command = administratorCommand(config);
  const hint = command === undefined ? [] : [row('', `to become an administrator: ${command}`)];
  return [row('Console', `${issuer}/admin`), ...hint];
};

/** What a new user needs after the start: addresses, logins, and commands to paste. */
export const greeting = (config: Config, demo: Demo | undefined): string => {
  const { issuer } = config;
  const lines = [
    `Postern is listening on ${issuer} (${config.mode}).`,
    '',
    ...(config.mode === 'development' ? [row('Playground', `${issuer}/`)] : []),
    ...consoleRows(config),
    row('Metadata', `${issuer}/.well-known/openid-configuration`),
    row('Health', `${issuer}/readyz`),
    row('Store', config.store.url.replace(/\/\/[^@/]*@/, '//***@')),
  ];
  if (!demo) return lines.join('\n');
  if (demo === 'made before') {
    return [
      ...lines,
      '',
      'Forgot the secrets of the demo? New ones:',
      `  ${ownCommand('account reset-password demo --permanent')}`,
      `  ${ownCommand('client rotate-secret demo-machine')}`,
    ].join('\n');
  }
  const { person, clients } = demo;
  const machine = clients.find(({ type }) => type === 'machine')?.secret;
  return [
    ...lines,
    '',
    'Made for you, shown this once (only hashes are kept):',
    ...(person ? [row('Sign in', `${person.username} / ${person.password}`)] : []),
    ...clients.map(({ id, secret }) => row('Client', secret ? `${id} / ${secret}` : `${id} (public)`)),
    '',
    ...(machine
      ? [
          'A first token:',
          `  curl -s -u 'demo-machine:${machine}' -d grant_type=client_credentials ${issuer}/oauth/token`,
        ]
      : []),
    'A device asks to sign in:',
    `  curl -s -d 'client_id=demo-device&scope=openid' ${issuer}/oauth/device_authorization`,
  ].join('\n');
};
