import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import Fastify from 'fastify';
import t from 'tap';
import { loadConfig } from '#config';
import { createTracing } from '#src/features/tracing/index.ts';
import { serve } from '#src/serve.ts';
import { freePort } from '#src/testing/free-port.ts';
import { assertEach } from '../support/assert-each.ts';
import { Browser, codeFor, RelyingParty, redirectUri, usualConfig } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

interface Recorded {
  readonly name: string;
  readonly parent: string | undefined;
  readonly id: string;
  readonly attributes: Attributes;
  failed: boolean;
  ended: boolean;
}

/** A minimal SDK that keeps the spans it receives. */
const recordSpans = (): { readonly spans: Recorded[]; readonly stop: () => void } => {
  const spans: Recorded[] = [];
  const contexts = new AsyncLocalStorage<Context>();
  context.setGlobalContextManager({
    active: () => contexts.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...args) => contexts.run(active, () => work.apply(self, args)),
    bind: (_context, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  const startSpan = (name: string, options: SpanOptions = {}, active: Context = context.active()): Span => {
    const id = String(spans.length + 1).padStart(16, '0');
    const attributes: Attributes = { ...options.attributes };
    const recorded: Recorded = {
      name,
      parent: trace.getSpan(active)?.spanContext().spanId,
      id,
      attributes,
      failed: false,
      ended: false,
    };
    spans.push(recorded);
    const span: Span = {
      spanContext: () => ({ traceId: '1'.repeat(32), spanId: id, traceFlags: 1 }),
      setAttribute: (key, value) => {
        attributes[key] = value;
        return span;
      },
      setAttributes: () => span,
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      setStatus: ({ code }) => {
        recorded.failed = code === SpanStatusCode.ERROR;
        return span;
      },
      updateName: () => span,
      end: () => {
        recorded.ended = true;
      },
      isRecording: () => true,
      recordException: () => {},
    };
    return span;
  };
  const startActiveSpan = (): never => {
    throw new Error('nobody asks for this');
  };
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan }) });
  propagation.setGlobalPropagator({
    inject: () => {},
    extract: (active, carrier, getter) => {
      const parent = getter.get(carrier, 'traceparent');
      const [, traceId = '', spanId = ''] = typeof parent === 'string' ? parent.split('-') : [];
      return traceId === '' ? active : trace.setSpanContext(active, { traceId, spanId, traceFlags: 1 });
    },
    fields: () => ['traceparent'],
  });
  return {
    spans,
    stop() {
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
};

t.test('a request is a span, and so is each of its store operations', async (t) => {
  const { spans, stop: stopRecording } = recordSpans();
  const port = await freePort();
  const written = {
    ...usualConfig,
    listen: { port },
    issuer: `http://localhost:${port}`,
    store: { url: 'memory:' },
    demo: false,
    log: { level: 'silent' },
    audit: { enabled: false },
    security: { password: { memory_kib: 8192, passes: 1 } },
  };
  const run = async (tracing: object): Promise<() => Promise<void>> => {
    const cwd = t.testdir({ 'postern.yaml': JSON.stringify({ ...written, tracing }) });
    const serving = await serve(loadConfig({ env: {}, cwd }).config);
    return serving.stop;
  };

  const withoutTraces = await run({ enabled: false });
  const party = new RelyingParty(written.issuer);
  await party.post('/oauth/token', { grant_type: 'client_credentials' });
  await withoutTraces();
  t.same(spans, [], 'only when wanted');

  const stop = await run({ enabled: true });
  const { code, verifier } = await codeFor(party, new Browser());
  spans.length = 0;
  const caller = 'a'.repeat(16);
  const answer = await party.post(
    '/oauth/token',
    { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
    { traceparent: `00-${'1'.repeat(32)}-${caller}-01` },
  );
  t.equal(answer.status, 200);
  await fetch(`${written.issuer}/nothing/${code}?code=${code}`);
  await fetch(`${written.issuer}/readyz?code=${code}`);
  await stop();

  const [request, ...rest] = spans;
  t.match(request, {
    name: 'POST /oauth/token',
    parent: caller,
    ended: true,
    attributes: {
      'http.route': '/oauth/token',
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'postern.correlation': answer.headers.get('x-request-id'),
    },
  });
  const roundTrips = rest.filter(({ parent }) => parent === request?.id);
  t.same(
    roundTrips.map(({ name }) => name),
    ['store read', 'store read', 'store commit'],
    'of the engine as well',
  );
  assertEach(t, roundTrips, ({ ended, attributes }) => ended && attributes['db.system.name'] === 'sqlite');
  t.match(
    rest.filter(({ name }) => name.startsWith('GET')),
    [
      { name: 'GET unknown', ended: true, attributes: { 'http.response.status_code': 404 } },
      { name: 'GET /readyz', ended: true },
    ],
  );
  assertEach(
    t,
    rest,
    ({ name, parent }) => parent !== undefined || name.startsWith('GET'),
    'looks from behind the scenes make none',
  );
  t.notOk(JSON.stringify(spans).includes(code), 'no code of a query');
  stopRecording();
});

t.test('a failure is marked, and a span ends although its response was never sent', async (t) => {
  const { spans, stop } = recordSpans();
  t.teardown(stop);
  const { config } = loadConfig({ env: {}, cwd: t.testdir(), flags: { set: ['tracing.enabled=true'] } });
  const { observe, traceRequests } = await createTracing(
    { ...config, store: { ...config.store, url: 'redis://x' } },
    Date,
  );
  const server = Fastify();
  t.teardown(() => server.close());
  traceRequests(server);
  // The response is written directly, as oidc-provider does, not through Fastify.
  server.get('/away', (_request, reply) => {
    reply.hijack();
    observe?.('read', 5, 'unavailable');
    reply.raw.writeHead(503).end();
  });
  const patience = new AbortController();
  server.get('/slow', (_request, reply) => {
    reply.hijack();
    patience.abort();
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  await fetch(`${url}/away`);
  await fetch(`${url}/slow`, { signal: patience.signal }).catch(() => {});
  await waitFor('the connection to break', () => spans.every(({ ended }) => ended));
  t.match(spans, [
    {
      name: 'GET /away',
      failed: true,
      attributes: { 'http.response.status_code': 503, 'error.type': '503' },
    },
    {
      name: 'store read',
      failed: true,
      attributes: { 'db.system.name': 'redis', 'error.type': 'unavailable' },
    },
    { name: 'GET /slow', failed: false, attributes: { 'http.response.status_code': 499 } },
  ]);
});
