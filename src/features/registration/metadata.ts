import { type ClientMetadata, metadataShapes, shapeProblems } from '../../services/clients/index.ts';
import { RegistrationRefused } from './errors.ts';

/** Said by the server alone (RFC 7591 §3.2.1, RFC 7592 §2.2). */
const serverFields = [
  'client_secret_expires_at',
  'client_id_issued_at',
  'registration_access_token',
  'registration_client_uri',
];

type Body = Readonly<Record<string, unknown>>;

export const refuseServerFields = (body: Body, moreFields: readonly string[] = []): void => {
  const named = [...serverFields, ...moreFields].find(
    (name) => body[name] !== undefined && body[name] !== null,
  );
  if (named === undefined) return;
  throw new RegistrationRefused(
    400,
    'invalid_client_metadata',
    `${named} is for the server to say; leave it out`,
  );
};

/** RFC 7591 §2: what is not understood is ignored; RFC 7592 §2.2: null says what leaving out says. */
export const knownMetadata = (body: Body, id: string): ClientMetadata => {
  const metadata = {
    ...Object.fromEntries(
      Object.entries(body).filter(
        ([name, value]) => metadataShapes.has(name) && value !== null && value !== '',
      ),
    ),
    client_id: id,
    // Of which shape each value is, is looked at here; which of them are allowed, next.
  } as ClientMetadata;
  const [problem] = shapeProblems(metadata);
  if (problem === undefined) return metadata;
  const code = problem.field.endsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata';
  throw new RegistrationRefused(400, code, `${problem.field} ${problem.message}`);
};
