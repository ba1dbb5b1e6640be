import { choice, flag, integer, optional, secret, section, text } from '../schema/build.ts';

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
  enabled: flag('Keep the record.', { default: true }),
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

export const admin = section('The administration API and console.', {
  enabled: flag('Serve /admin and its API.', { default: true }),
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
