import { StoreUnavailable, StoreUnusable } from '#src/store/errors.ts';

/** Replies of a server or cluster in a temporary state; another attempt may succeed. */
const transient = /^(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|MOVED|ASK|UNBLOCKED|NOREPLICAS) ?/;

const causes: readonly (readonly [RegExp, string])[] = [
  [/^OOM/, 'Redis has reached its maxmemory and takes no writes: give it more memory'],
  [/^MISCONF/, 'Redis can not save to disk and takes no writes: look at its log and disk'],
  [
    /^(NOAUTH|WRONGPASS)|invalid password|invalid username-password/i,
    'Redis refused the user name or password of store.url',
  ],
  [/^NOPERM/, 'the Redis user of store.url may not run a command that is needed: allow it in its ACL'],
  [/^DENIED/, 'Redis is in protected mode and takes no connections from other machines'],
  [
    /certificate|self-signed|altnames/i,
    'the certificate of Redis is not trusted: name its authority in the ca parameter of store.url',
  ],
  [
    /unknown (sub)?command|unexpected symbol near '#'/i,
    'Redis lacks a command that is needed: run 7.0 (or Valkey 7.2) or later, with no command renamed',
  ],
  [
    /^WRONGTYPE/,
    'a key in Redis is not of the type that this server writes: another program uses store.prefix, or the data is damaged',
  ],
  [/cluster support disabled/i, 'this Redis is not a cluster: use redis:// in store.url'],
];

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The server replied with an error, so the connection works. */
export const isReplyError = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ReplyError';

/** The driver did not send the command. */
export const wasNotSent = (error: unknown): boolean =>
  /^(Stream isn't writeable|Cluster isn't ready)/.test(messageOf(error));

export const isTransient = (error: unknown): boolean =>
  !isReplyError(error) || transient.test(messageOf(error));

export const isNoScript = (error: unknown): boolean => messageOf(error).startsWith('NOSCRIPT');

const reasonOf = (error: unknown): string | undefined =>
  causes.find(([pattern]) => pattern.test(messageOf(error)))?.[1];

export const toUnavailable = (error: unknown): StoreUnavailable => {
  if (error instanceof StoreUnavailable) return error;
  return new StoreUnavailable(reasonOf(error) ?? 'Redis could not run a command', {
    cause: error,
  });
};

/** The error at start: `StoreUnusable` if an operator must fix something, `StoreUnavailable` otherwise. */
export const toOpenError = (error: unknown): StoreUnusable | StoreUnavailable => {
  const reason = reasonOf(error);
  return reason === undefined
    ? new StoreUnavailable('Redis can not be reached: check store.url, and that it is running', {
        cause: error,
      })
    : new StoreUnusable(`${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`, { cause: error });
};

/** Another attempt can't succeed. */
export const isPermanent = (error: unknown): boolean =>
  reasonOf(error) !== undefined && !/^(OOM|MISCONF)/.test(messageOf(error));
