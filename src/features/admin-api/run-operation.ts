import type { TSchema } from 'typebox';
import { Failure } from '../../errors.ts';
import type { Administrator, AdminOperation, AdminResult } from '../../services/administration/index.ts';
import type { Clock, Store } from '../../store/port.ts';
import { type Answer, createRunOnce } from './idempotency.ts';
import { adminApiPath } from './paths.ts';
import { InvalidRequest } from './problems.ts';
import { checkValue, convertQuery } from './validate.ts';

export interface ReceivedRequest {
  readonly by: Administrator;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: {
    readonly 'if-match'?: string | undefined;
    readonly 'idempotency-key'?: string | string[] | undefined;
  };
}

const strongTag = /^"(?<version>[\w-]{1,64})"$/;

/** RFC 9110 §13.1.1. A weak tag never matches. */
const versionIn = (
  header: string | undefined,
  method: string,
  { needsVersion, takesVersion }: AdminOperation,
): string | undefined => {
  if (header === undefined) {
    if (!needsVersion) return undefined;
    throw new Failure({
      code: 'version_required',
      status: 428,
      message: 'Send the ETag of what you have read as If-Match, so that no change of others is lost.',
    });
  }
  if (header.trim() === '*' || method === 'GET') return undefined;
  if (!needsVersion && !takesVersion)
    throw new InvalidRequest('This operation compares no version: send no If-Match, or *.');
  const version = strongTag.exec(header.trim())?.groups?.['version'];
  if (version !== undefined) return version;
  throw new Failure({
    code: 'version_changed',
    status: 412,
    message: 'If-Match has no ETag of this API: send one, as it was answered.',
  });
};

const withoutSecrets = (body: unknown, secrets: readonly string[] = []): unknown =>
  secrets.length === 0
    ? body
    : Object.fromEntries(Object.entries(Object(body)).filter(([name]) => !secrets.includes(name)));

const contentOf = (body: unknown, { type }: AdminResult): string =>
  type === undefined ? JSON.stringify(body) : String(body);

const linkTo = (url: string, cursor: string): string => {
  const [path = '', query] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `<${path}?${parameters}>; rel="next"`;
};

const headersOf = (
  { version, location, body, type, next }: AdminResult,
  url: string,
): Readonly<Record<string, string>> => ({
  ...(next !== undefined && { link: linkTo(url, next) }),
  ...(version !== undefined && { etag: `"${version}"` }),
  ...(location !== undefined && { location: `${adminApiPath}${location}` }),
  ...(body !== undefined && { 'content-type': type ?? 'application/json; charset=utf-8' }),
});

const noMembers: readonly string[] = [];

const requireNothing = (value: unknown, what: string): void => {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : noMembers;
  if (names.length > 0) throw new InvalidRequest(`This operation takes no ${what}.`);
};

const checkBody = (schema: TSchema | undefined, body: unknown): unknown => {
  if (schema === undefined) {
    requireNothing(body, 'content');
    return undefined;
  }
  const given = body ?? {};
  checkValue(schema, given, 'content');
  return given;
};

interface RunDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly secret: () => string;
}

/** Checks a request against the schemas of its operation, and runs it. */
export const createRunOperation = (dependencies: RunDependencies) => {
  const runOnce = createRunOnce(dependencies);

  return async (operation: AdminOperation, received: ReceivedRequest): Promise<Answer> => {
    const { by, method, url, params, headers } = received;
    if (operation.params) checkValue(operation.params, params, 'path');
    const query = operation.query ? convertQuery(operation.query, received.query) : {};
    if (operation.query) checkValue(operation.query, query, 'query');
    else requireNothing(received.query, 'query');
    const body = checkBody(operation.body, received.body);
    const ifVersion = versionIn(headers['if-match'], method, operation);
    const { 'idempotency-key': key } = headers;
    let shown: Answer | undefined;
    const answer = await runOnce(
      { by, key: method === 'POST' ? key?.toString() : undefined, method, url, body },
      async () => {
        const result = await operation.handle({ by, params, query, body, ifVersion });
        const stored: Answer = { status: operation.status, headers: headersOf(result, url) };
        if (result.body === undefined) return stored;
        shown = { ...stored, body: contentOf(result.body, result) };
        return { ...stored, body: contentOf(withoutSecrets(result.body, result.secrets), result) };
      },
    );
    return shown ?? answer;
  };
};
