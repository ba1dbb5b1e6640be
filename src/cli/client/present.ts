import type { ClientRecord, NewSecret } from '#src/services/clients/index.ts';
import { isoTime } from '../table.ts';

/** A client in the names of RFC 7591, as it would read its own registration. */
export const clientData = (
  { metadata, secrets, from, createdAt, stoppedAt }: ClientRecord,
  secret?: NewSecret,
) => ({
  ...metadata,
  ...(secret === undefined ? {} : { client_secret: secret.secret }),
  secrets: secrets.map(({ name, createdAt: at, expiresAt }) => ({
    name,
    ...(at === 0 ? {} : { created_at: isoTime(at) }),
    ...(expiresAt === undefined ? {} : { expires_at: isoTime(expiresAt) }),
  })),
  from,
  ...(createdAt === undefined ? {} : { created_at: isoTime(createdAt) }),
  ...(stoppedAt !== undefined && { stopped_at: isoTime(stoppedAt) }),
});

export const secretData = ({ name, secret, expiresAt }: NewSecret) => ({
  name,
  client_secret: secret,
  ...(expiresAt === undefined ? {} : { expires_at: isoTime(expiresAt) }),
});

/** RFC 8252 §7.1 wants a reversed domain name, so that two apps on a device do not claim the same scheme. */
export const schemeNotes = ({ redirect_uris: uris = [] }: ClientRecord['metadata']): readonly string[] =>
  [...new Set(uris.map((uri) => URL.parse(uri)?.protocol ?? ''))]
    .filter((protocol) => !/^https?:$|\./.test(protocol))
    .map(
      (protocol) =>
        `${protocol} is no reversed domain name, so any app on the device may claim it; use it only if the application can't do otherwise.`,
    );

export const shownOnceNote = 'The secret is shown this once; only its hash is kept.';
