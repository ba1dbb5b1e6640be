import type { EventEmitter } from 'node:events';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { type Events, endpointDetail, type SecurityEvent } from '../events.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { Mismatch } from './errors/mismatch.ts';
import type { GrantType } from './grant-types.ts';
import { getRequestContext, getUnitOfWork } from './request-context.ts';

interface Outcome {
  readonly error: Error;
  /** The event to emit. Absent for a failure of the store, which the commit turns into a refusal. */
  readonly type?: string;
}

/** The last error of a request: the engine may report several, and a failed commit reports another. */
const outcomes = new WeakMap<object, Outcome>();

/** The error of a request that the engine refused or that failed. */
export const errorOf = (ctx: object): Error | undefined => outcomes.get(ctx)?.error;

type RequestOutcome = 'succeeded' | 'refused' | 'failed';

/**
 * How a request ended. The status doesn't tell: the error of an authorization request is a redirect, and a page may lead
 * on from a refusal. A response with an error status that no event reports, as for too many codes, is a refusal too.
 */
export const outcomeOf = (ctx: KoaContextWithOIDC): RequestOutcome => {
  const outcome = outcomes.get(ctx);
  if (outcome) return outcome.type === undefined || outcome.type === 'fault' ? 'failed' : 'refused';
  return ctx.status >= 500 ? 'failed' : ctx.status >= 400 ? 'refused' : 'succeeded';
};

/** Events of the engine and the security events that they become. */
const refusalEvents: Readonly<Record<string, string>> = {
  'grant.error': 'token.refused',
  'authorization.error': 'authorization.refused',
  'introspection.error': 'introspection.refused',
  'revocation.error': 'revocation.refused',
  'userinfo.error': 'userinfo.refused',
  'pushed_authorization_request.error': 'pushed-request.refused',
  'device_authorization.error': 'device.refused',
  'code_verification.error': 'device.refused',
  'device_resume.error': 'device.refused',
  'backchannel_authentication.error': 'ciba.refused',
  'end_session.error': 'logout.refused',
  'end_session_confirm.error': 'logout.refused',
};

const successEvents: Readonly<Record<string, string>> = {
  'grant.success': 'token.issued',
  'authorization.success': 'authorization.granted',
  'grant.revoked': 'grant.revoked',
  'pushed_authorization_request.success': 'pushed-request.accepted',
  'end_session.success': 'logout',
};

const maxDetailLength = 200;

/** A request succeeds without scopes that the client may use. Settings of this server emit it, not the engine. */
export const scopeDropped = 'scope.dropped';

interface EventSource {
  readonly events: Events;
  readonly grantTypes: readonly GrantType[];
}

/** A caller may send anything as `grant_type`, a refresh token by mistake too, so only known names are recorded. */
const knownGrantType = (grantTypes: readonly GrantType[], value: string): string =>
  grantTypes.some(({ name }) => name === value) ? value : 'other';

const describeRequest = (
  ctx: KoaContextWithOIDC,
  grantTypes: readonly GrantType[],
): Omit<SecurityEvent, 'type' | 'outcome'> => {
  const { correlationId, address, endpoint } = getRequestContext(ctx.req);
  const { client, account, session, params } = ctx.oidc ?? {};
  const grantType = params?.['grant_type'];
  const accountId = account?.accountId ?? session?.accountId;
  const details: Record<string, string | boolean> = { [endpointDetail]: endpoint };
  if (typeof grantType === 'string') details['grant_type'] = knownGrantType(grantTypes, grantType);
  if (client?.['issuer_tokens'] === true) details['issuer_tokens'] = true;
  return {
    correlation: correlationId,
    address,
    ...(client && { client: client.clientId }),
    ...(accountId !== undefined && { account: accountId }),
    details,
  };
};

const reasonOf = (error: Error): { reason: string; detail?: string } => {
  if (!(error instanceof errors.OIDCProviderError)) return { reason: 'server_error' };
  const detail = error.error_detail ?? error.error_description;
  return { reason: error.error, ...(detail !== undefined && { detail: detail.slice(0, maxDetailLength) }) };
};

interface Dependencies extends EventSource {
  /** Logs an error that is a fault of this server, with its cause. */
  readonly onUncaughtError: (error: unknown, correlation: string) => void;
}

/**
 * Parameters beside a request object count for nothing (RFC 9101 §6.3). When the object is refused, the engine reports that
 * and then the redirect URI beside it, which is not the reason.
 */
const isAboutIgnoredUri = (ctx: KoaContextWithOIDC, error: Error): boolean => {
  const { request, request_uri: uri } = { ...ctx.query, ...ctx.oidc?.params };
  const isBesideObject = request !== undefined || uri !== undefined;
  return isBesideObject && error instanceof errors.InvalidRedirectUri && outcomes.has(ctx);
};

/** Emits successes when they are committed, and records errors for `emitOutcome`. */
export const forwardEvents = (
  provider: Provider,
  { events, grantTypes, onUncaughtError }: Dependencies,
): void => {
  const emitter: EventEmitter = provider;
  for (const [name, type] of Object.entries(refusalEvents)) {
    emitter.on(name, (ctx: KoaContextWithOIDC, error: Error) => {
      if (!isAboutIgnoredUri(ctx, error)) outcomes.set(ctx, { error, type });
      if (error.cause instanceof StoreUnavailable)
        onUncaughtError(error.cause, getRequestContext(ctx.req).correlationId);
    });
  }
  for (const [name, type] of Object.entries(successEvents)) {
    emitter.on(name, (ctx: KoaContextWithOIDC) => {
      const event: SecurityEvent = { type, outcome: 'ok', ...describeRequest(ctx, grantTypes) };
      // A grant is revoked when a code or token is refused because it was used before.
      const onRefusal = name === 'grant.revoked';
      getUnitOfWork(ctx).afterCommit(() => events.emit(event), { onRefusal });
    });
  }
  emitter.on(scopeDropped, (ctx: KoaContextWithOIDC, scopes: readonly string[]) => {
    const { details, ...described } = describeRequest(ctx, grantTypes);
    const event: SecurityEvent = {
      type: 'scope.dropped',
      outcome: 'refused',
      reason: 'invalid_target',
      ...described,
      details: { ...details, scope: scopes.join(' ') },
    };
    getUnitOfWork(ctx).afterCommit(() => events.emit(event));
  });
  emitter.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => {
    if (error instanceof StoreUnavailable) return void outcomes.set(ctx, { error });
    outcomes.set(ctx, { error, type: 'fault' });
    onUncaughtError(error, getRequestContext(ctx.req).correlationId);
  });
};

/** Emits the error of a request, once, when nothing can replace the response any more. */
export const emitOutcome = (
  { events, grantTypes }: EventSource,
  ctx: KoaContextWithOIDC,
  mismatch: Mismatch | undefined,
): void => {
  const { error, type } = outcomes.get(ctx) ?? {};
  if (error === undefined || type === undefined) return;
  const { details, ...described } = describeRequest(ctx, grantTypes);
  const { reason, detail } = reasonOf(error);
  events.emit({
    type,
    outcome: type === 'fault' ? 'failed' : 'refused',
    reason,
    ...described,
    details: {
      ...details,
      ...(detail !== undefined && { detail }),
      ...(mismatch && { received: mismatch.received }),
      ...(mismatch?.closest !== undefined && { closest: mismatch.closest }),
    },
  });
};

/** The engine emits this itself, except when the second use of a code or token shows only at the commit. */
export const emitGrantRevoked = ({ events, grantTypes }: EventSource, ctx: KoaContextWithOIDC): void =>
  events.emit({ type: 'grant.revoked', outcome: 'ok', ...describeRequest(ctx, grantTypes) });
