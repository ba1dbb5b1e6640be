/**
 * Owns spans for OpenTelemetry: one for each request, named by its route pattern, and one for each store operation of
 * the request. The SDK that the operator starts before the server decides where spans go. A span never holds a URL,
 * because queries carry codes and states.
 */
import type { Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { onRequestEnd } from '../../http/request-end.ts';
import type { Clock, OnStoreOperation } from '../../store/port.ts';
import { version } from '../../version.ts';

export interface Tracing {
  /** The start passes it to the store when it opens it. Absent when tracing is off. */
  readonly observe?: OnStoreOperation;
  traceRequests(server: FastifyInstance): void;
}

const disabledTracing: Tracing = { traceRequests() {} };

const systemOf = (url: string): string => (/^redis/.test(url) ? 'redis' : 'sqlite');

/** The API is loaded only if needed. Without an SDK its spans go nowhere. */
export const createTracing = async (
  { tracing, store }: Pick<Config, 'tracing' | 'store'>,
  clock: Clock,
): Promise<Tracing> => {
  if (!tracing.enabled) return disabledTracing;
  const { context, propagation, SpanKind, SpanStatusCode, trace } = await import('@opentelemetry/api');
  const tracer = trace.getTracer('postern', version);
  const system = systemOf(store.url);
  const spans = new WeakMap<FastifyRequest, Span>();

  return {
    observe(operation, milliseconds, outcome) {
      // Store operations in the background belong to no request.
      if (!trace.getActiveSpan()) return;
      const span = tracer.startSpan(`store ${operation}`, {
        kind: SpanKind.CLIENT,
        startTime: clock.now() - milliseconds,
        attributes: { 'db.system.name': system, 'db.operation.name': operation, 'postern.outcome': outcome },
      });
      if (outcome === 'unavailable') {
        span.setAttribute('error.type', outcome);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
    traceRequests(server) {
      server.addHook('onRequest', (request, _reply, done) => {
        const { method, routeOptions, headers, id } = request;
        const route = routeOptions.url ?? 'unknown';
        const parent = propagation.extract(context.active(), headers);
        const options = {
          kind: SpanKind.SERVER,
          attributes: { 'http.request.method': method, 'http.route': route, 'postern.correlation': id },
        };
        const span = tracer.startSpan(`${method} ${route}`, options, parent);
        spans.set(request, span);
        context.with(trace.setSpan(parent, span), done);
      });
      onRequestEnd(server, (request, status) => {
        const span = spans.get(request);
        span?.setAttribute('http.response.status_code', status);
        if (status >= 500) {
          span?.setAttribute('error.type', String(status));
          span?.setStatus({ code: SpanStatusCode.ERROR });
        }
        span?.end();
      });
    },
  };
};
