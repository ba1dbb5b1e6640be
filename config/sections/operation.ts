import { choice, flag, integer, list, optional, secret, section, text } from '../schema/build.ts';
import { groupName } from './group.ts';

export const metrics = section('Metrics for Prometheus.', {
  enabled: flag('Serve /metrics.', { default: false }),
  host: text('Address of the separate port.', { default: '127.0.0.1', format: 'address' }),
  port: optional(
    integer(
      'Separate port for metrics. Without it, metrics are served on the main port and require the token.',
      {
        minimum: 0,
        maximum: 65535,
      },
    ),
  ),
  token: optional(secret('Bearer token that a scraper must send.', { minLength: 16 })),
});

export const audit = section('The record of security events.', {
  enabled: flag('Keep the audit record.', { default: true }),
  retention_days: integer('Days that a record is kept. 0: for ever.', {
    default: 400,
    minimum: 0,
    maximum: 36_500,
  }),
});

export const tracing = section(
  'Traces for OpenTelemetry. They need an SDK that was started before the server: docs/operations/tracing.md.',
  { enabled: flag('Create spans for requests and for operations of the store.', { default: false }) },
);

const roleGroups = (what: string, name: string) =>
  list(groupName('Name of a group.'), `Groups whose members ${what}.`, { default: [name] });

export const admin = section('The administration: the console and the API.', {
  enabled: optional(
    flag(
      'Serve the console at /admin and the API at /api/admin/v1. Without it, their paths answer 404. Default: true in development, false in production.',
    ),
  ),
  groups: section(
    'The groups that give people a role. Only administrators, and commands on the machine of the server, change who is in them.',
    {
      viewer: roleGroups('may read everything, and the audit record', 'postern-viewers'),
      support: roleGroups(
        'may also disable and enable accounts, end sessions, and start the mail for a new password',
        'postern-support',
      ),
      admin: roleGroups('may change everything', 'postern-admins'),
    },
  ),
  required_acr: optional(
    text('The acr that the sign-in of a person must reach, one of security.acr_values. Default: any.'),
  ),
  bearer_tokens: flag(
    'Whether a client may use tokens of its own that are bound neither to a DPoP key nor to a certificate.',
    { default: false },
  ),
  listen: optional(
    section('A port of its own for the console and the API. With it, the main port serves neither.', {
      host: text('Address of the port.', { default: '127.0.0.1', format: 'address' }),
      port: integer('TCP port. 0: any free port.', { minimum: 0, maximum: 65535 }),
    }),
  ),
});

export const log = section('The log on standard output.', {
  level: choice(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'Lowest level that is logged.',
    {
      default: 'info',
    },
  ),
  format: choice(['auto', 'json', 'pretty'], 'auto: pretty on a terminal, JSON otherwise.', {
    default: 'auto',
  }),
});
