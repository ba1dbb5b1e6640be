/** The schemas of the API. They check requests and make the OpenAPI document. */
import Type, { type TSchema } from 'typebox';

export const text = (description: string, options: { maxLength?: number; pattern?: string } = {}) =>
  Type.String({ description, minLength: 1, maxLength: 1024, ...options });

/** `Date.parse` reads each text of this form. */
const timePattern =
  '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,3})?Z$';

export const time = (description: string) => Type.String({ description, pattern: timePattern });

const json = Type.Unknown({ description: 'Any JSON value.' });

export const objectOf = (description: string) =>
  Type.Record(Type.String({ minLength: 1, maxLength: 255 }), json, { description });

const names = (description: string, pattern: string) =>
  Type.Array(Type.String({ pattern }), { description, maxItems: 1000 });

export const closed = { additionalProperties: false } as const;

export const accountId = Type.Object({ id: text('The account: its sub.', { maxLength: 255 }) }, closed);

const groupPattern = '^[a-z0-9._-]{1,64}$';
export const groupName = text('The name of the group.', { pattern: groupPattern, maxLength: 64 });
export const groupNames = (description: string) => names(description, groupPattern);

export const paging = {
  limit: Type.Optional(
    Type.Integer({ description: 'How many items at most. A page may have fewer.', minimum: 1, maximum: 200 }),
  ),
  cursor: Type.Optional(text('`next` of the page before.', { maxLength: 4096 })),
};

export const pageOf = (item: TSchema) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Optional(text('The cursor of the next page. Absent on the last one.')),
  });

const version = Type.Optional(
  text('Another text after every change, as in ETag. Absent for what comes from the configuration.'),
);
const source = (sources: string) => text(`Where it comes from: ${sources}.`);

export const required = Type.Array(Type.Enum(['password', 'profile', 'factor']), {
  description: 'What the person is asked for at the next sign-in.',
  maxItems: 2,
});

export const account = Type.Object({
  id: text('The subject (sub) in tokens.'),
  username: text('The name to sign in by.'),
  enabled: Type.Boolean({ description: 'Whether the person can sign in.' }),
  superseded: Type.Optional(
    Type.Boolean({ description: 'An account of the configuration has its user name, so it is not enabled.' }),
  ),
  claims: objectOf('Claims of OpenID Connect and those of the operator.'),
  groups: groupNames('The groups of the account, sorted.'),
  required,
  source: source('configuration or store'),
  acr: Type.Optional(text('The acr that a sign-in reaches.')),
  created_at: Type.Optional(time('When it was added.')),
  password_changed_at: Type.Optional(time('When the password was last changed.')),
  signed_out_at: Type.Optional(time('Sign-ins before that time do not count any more.')),
  version,
});

export const group = Type.Object({
  name: groupName,
  title: Type.Optional(text('The name on pages.')),
  description: Type.Optional(text('What the group is for.')),
  source: source('configuration or store'),
  created_at: Type.Optional(time('When it was added.')),
  version,
});

const secretInfo = Type.Object({
  name: text('The name of the secret.'),
  created_at: time('When it was made.'),
  expires_at: Type.Optional(time('When it stops working.')),
});

export const clientId = Type.Object({ id: text('The id of the client.', { maxLength: 255 }) }, closed);

export const client = Type.Object({
  client_id: text('The id of the client.'),
  metadata: objectOf('Metadata of RFC 7591 and the settings of Postern.'),
  secrets: Type.Array(secretInfo, { description: 'The secrets without their values, newest first.' }),
  source: source('configuration, store, registration or built-in'),
  created_at: Type.Optional(time('When it was added.')),
  stopped_at: Type.Optional(time('When it was stopped. Absent for a client that may be used.')),
  version,
});

export const newSecret = Type.Object({
  name: text('The name of the secret.'),
  client_secret: Type.Optional(
    text('The secret. It is shown this once, and absent when the request is repeated.'),
  ),
  expires_at: Type.Optional(time('When it stops working.')),
});

export const shownLink = Type.Object({
  url: Type.Optional(
    text('The link. It is shown this once, and absent when it was mailed or the request is repeated.'),
  ),
  expires_at: time('When it stops working.'),
});

export const session = Type.Object({
  id: text('The id of the session.'),
  account: text('The account that is signed in.'),
  signed_in_at: time('When the person signed in.'),
  expires_at: Type.Optional(time('When the session ends at the latest.')),
  methods: Type.Array(Type.String(), { description: 'How the person signed in (RFC 8176).' }),
  acr: Type.Optional(Type.String({ description: 'How strong the sign-in was.' })),
  clients: Type.Array(Type.String(), { description: 'The clients that the session was used for.' }),
  address: Type.Optional(Type.String({ description: 'Where the sign-in came from.' })),
  user_agent: Type.Optional(Type.String({ description: 'The browser, as it called itself.' })),
  last_used_at: Type.Optional(time('The last use, at most five minutes behind.')),
});

export const grant = Type.Object({
  id: text('The id of the grant.'),
  account: text('The account that granted it.'),
  client_id: text('The client that holds it.'),
  granted_at: time('When it was granted.'),
  expires_at: Type.Optional(time('When it ends at the latest.')),
  scopes: Type.Array(Type.String(), { description: 'Scopes of OpenID Connect.' }),
  resources: Type.Record(Type.String(), Type.Array(Type.String()), {
    description: 'Scopes by the audience of their API.',
  }),
});

export const key = Type.Object({
  kid: text('The id of the key.'),
  use: text('sig, or what the secret is for.'),
  alg: Type.Optional(text('The algorithm.')),
  stage: text('next, active, retiring or gone.'),
  held: text('here or remote.'),
  created_at: time('When it was made.'),
  active_at: time('When it starts to sign.'),
  retire_at: Type.Optional(time('When its successor takes over.')),
  remove_at: Type.Optional(time('When nothing that it has signed can be valid any more.')),
});
