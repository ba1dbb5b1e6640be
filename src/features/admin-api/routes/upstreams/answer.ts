import Type from 'typebox';
import { storedUpstreamSchema } from '#config';
import { text, time } from '../../schemas.ts';

const { id: _, client_secret: __, ...settings } = storedUpstreamSchema.properties ?? {};

export const upstreamId = text('The id of the upstream.', { maxLength: 64 });

/** The settings without the secret, which is never shown. */
export const upstream = Type.Object({
  id: upstreamId,
  ...Object.fromEntries(
    Object.entries(settings).map(([name, schema]) => [name, Type.Optional(Type.Unsafe({ ...schema }))]),
  ),
  enabled: Type.Boolean({ description: 'Whether people can sign in by it.' }),
  has_client_secret: Type.Boolean({ description: 'Whether it has a secret.' }),
  client_secret_set_at: Type.Optional(time('When the secret was set. Absent for one of the configuration.')),
  redirect_uri: text('The redirect URI to register at the provider.'),
  source: text('Where it comes from: configuration or store.'),
  created_at: Type.Optional(time('When it was added.')),
  problems: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Rules that it breaks since the configuration changed. It is not offered meanwhile.',
    }),
  ),
  version: Type.Optional(
    text('Another text after every change, as in ETag. Absent for what comes from the configuration.'),
  ),
});
