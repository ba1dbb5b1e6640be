import { choice, integer, section, text } from '../schema/build.ts';

export const store = section('The store of all data.', {
  url: text(
    'sqlite:PATH, memory:, redis://, rediss://, redis+unix://, redis+sentinel:// or redis+cluster://. A password in the URL is masked wherever the configuration is shown.',
    {
      default: 'sqlite:./data/postern.db',
      format: 'store-url',
      passwordInUrl: true,
      examples: ['redis://localhost:6379/0', 'redis+sentinel://a:26379,b:26379/primary'],
    },
  ),
  synchronous: choice(
    ['normal', 'full'],
    'SQLite only: `full` waits for the disk at each commit, so that a power cut loses no acknowledged commit.',
    { default: 'normal' },
  ),
  prefix: text('Redis only: the beginning of every key.', {
    default: 'postern',
    format: 'key-prefix',
  }),
  reserve_percent: integer(
    'Part of the memory of Redis (maxmemory), or of the disk, that is kept free: when less is free, new sign-ins and pushed requests get 503, and everything else goes on. At most 256 MiB are kept free. 0: nothing.',
    { default: 20, minimum: 0, maximum: 50 },
  ),
  operation_timeout_ms: integer('Longest wait for one round trip to the store, in milliseconds.', {
    default: 500,
    minimum: 50,
    maximum: 10_000,
  }),
  deadline_ms: integer('Longest wait of one request for the store in total, in milliseconds.', {
    default: 2500,
    minimum: 100,
    maximum: 30_000,
  }),
});
