import { type ClientMetadata, metadataShapes, shapeProblems } from '../../services/clients/index.ts';
import { metadataRefused } from './errors.ts';

export type RequestBody = Readonly<Record<string, unknown>>;

/** Only the server sets these (RFC 7591 §3.2.1, RFC 7592 §2.2). */
const serverFields = [
  'client_secret_expires_at',
  'client_id_issued_at',
  'registration_access_token',
  'registration_client_uri',
];

export const refuseServerFields = (body: RequestBody, moreFields: readonly string[] = []): void => {
  const field = [...serverFields, ...moreFields].find(
    (name) => body[name] !== undefined && body[name] !== null,
  );
  if (field === undefined) return;
  throw metadataRefused(field, `${field} is set by the server; leave it out`);
};

/** Unknown members are ignored (RFC 7591 §2), and null means the same as leaving a member out (RFC 7592 §2.2). */
export const knownMetadata = (body: RequestBody, id: string): ClientMetadata => {
  const metadata = {
    ...Object.fromEntries(
      Object.entries(body).filter(
        ([name, value]) => metadataShapes.has(name) && value !== null && value !== '',
      ),
    ),
    client_id: id,
    // The next line checks the shape of every value.
  } as ClientMetadata;
  const [problem] = shapeProblems(metadata);
  if (problem === undefined) return metadata;
  throw metadataRefused(problem.field, `${problem.field} ${problem.message}`);
};
