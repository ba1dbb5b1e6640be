import type { Static, TObject, TSchema } from 'typebox';
import type { Administrator } from './administrator.ts';
import type { Permission } from './permissions.ts';

/**
 * An operation of the administration API. To add one:
 *
 * 1. Write a file that exports a function from its dependencies to an `AdminOperation`. Its schemas check the request and
 *    make the OpenAPI document.
 * 2. Name it in the `adminRoutes` of the feature: method, path, permission, and how to load the file. The file, and
 *    TypeBox with it, is loaded with the first request.
 * 3. Add a line to the table of test/admin/authorization.test.ts.
 */
export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below /api/admin/v1; parameters as `:id`. */
  readonly path: string;
  /** Checked before the body is read. Operations check it again with the services that they call. */
  readonly permission: Permission;
  readonly load: () => Promise<AdminOperation>;
}

interface AdminRequest<Params = unknown, Query = unknown, Body = unknown> {
  readonly by: Administrator;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** From `If-Match`. Undefined for `*`, which any version matches. */
  readonly ifVersion: string | undefined;
}

export interface AdminResult {
  /** Absent: the answer has no content. */
  readonly body?: unknown;
  /** Answered as `ETag`. */
  readonly version?: string | undefined;
  /** The path of what was made, below /api/admin/v1. */
  readonly location?: string;
  /** The members of the body that are shown this once. A repeated request gets the answer without them. */
  readonly secrets?: readonly string[];
  /** The cursor of the next page, answered as `Link` (RFC 8288). */
  readonly next?: string;
  /** The media type of an answer that isn't JSON. */
  readonly type?: string;
}

interface Operation<Params extends TObject, Query extends TObject, Body extends TSchema> {
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** The body of a successful answer. */
  readonly answer?: TSchema;
  readonly status: 200 | 201 | 202 | 204;
  /** The request must have `If-Match`, so that no change of another operator is lost. */
  readonly needsVersion?: true;
  /** The request may have `If-Match`. Without this and the member above, a version is refused rather than ignored. */
  readonly takesVersion?: true;
  handle(request: AdminRequest<Static<Params>, Static<Query>, Static<Body>>): Promise<AdminResult>;
}

export interface AdminOperation extends Omit<Operation<TObject, TObject, TSchema>, 'handle'> {
  handle(request: AdminRequest): Promise<AdminResult>;
}

/** Gives the handler the types of its schemas. The server has checked the request against them. */
export const adminOperation = <Params extends TObject, Query extends TObject, Body extends TSchema>(
  operation: Operation<Params, Query, Body>,
): AdminOperation => operation as unknown as AdminOperation;
