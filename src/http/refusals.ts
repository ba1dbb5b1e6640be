import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Events } from '../events.ts';
import { toHttpError } from './errors.ts';
import { onRefusedRequestEnd } from './request-end.ts';

/** Far more than requests are in flight at a time. */
const maxReportedIds = 10_000;

/**
 * Emits one security event for each request that is refused or fails; its reason is the error code of the response. A
 * refusal that the engine or a feature has already reported isn't reported again. A path without a route and the answer
 * of a health check aren't refusals.
 */
export const emitRefusals = (server: FastifyInstance, events: Events): void => {
  /** Correlation ids whose refusal was reported. Those of redirects stay until they are too many. */
  const reportedIds = new Set<string>();

  const stopListening = events.listen(
    ({ correlation }) => {
      if (correlation === undefined) return;
      if (reportedIds.size >= maxReportedIds) reportedIds.delete(reportedIds.values().next().value ?? '');
      reportedIds.add(correlation);
    },
    ['refused', 'failed'],
  );
  server.addHook('onClose', async () => {
    stopListening();
  });
  /** Covers requests that are refused again after their response ended, when their caller disconnected. */
  const reported = new WeakSet<FastifyRequest>();
  const report = (request: FastifyRequest, status: number, reason: string): void => {
    const { id, ip, method, routeOptions } = request;
    if (reportedIds.has(id) || reported.has(request)) return;
    reported.add(request);
    events.emit({
      type: 'request.refused',
      outcome: status >= 500 ? 'failed' : 'refused',
      reason,
      address: ip,
      correlation: id,
      details: { status, method, route: routeOptions.url ?? 'unknown' },
    });
  };

  server.addHook('onError', (request, _reply, error, done) => {
    const { status, error: code } = toHttpError(error);
    report(request, status, code);
    done();
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (isRefusal(request, reply.statusCode)) report(request, reply.statusCode, reasonFor(reply.statusCode));
    done(null, payload);
  });
  onRefusedRequestEnd(server, (request, status) => {
    if (isRefusal(request, status)) report(request, status, reasonFor(status));
    reportedIds.delete(request.id);
  });
};

const isRefusal = ({ routeOptions }: FastifyRequest, status: number): boolean =>
  status >= 400 && routeOptions.url !== undefined && !(routeOptions.config.allowAnyHost && status === 503);

/** Reasons of pages that answer with such a status without an error, for example a form that is shown again. */
const reasonByStatus: Readonly<Record<number, string>> = {
  401: 'login_required',
  404: 'not_found',
  405: 'method_not_allowed',
  410: 'gone',
  422: 'incomplete',
};

const reasonFor = (status: number): string =>
  reasonByStatus[status] ?? (status < 500 ? 'invalid_request' : 'server_error');
