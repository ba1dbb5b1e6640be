import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';

/** What the doors know of a request and the engine can't see. */
export interface RequestContext {
  /** In every log line, audit record and error page of this request. */
  readonly correlationId: string;
  /** Of the client, as far as trusted proxies tell. */
  readonly address: string;
  /** The door it came through: `engine`, `json`, `pages`. */
  readonly endpoint: string;
  /** Where it was sent, when that is not the issuer: `proxy.mtls_origin`. */
  readonly origin?: string;
  /** A door that speaks another language than the engine: makes its answer of the engine's, once all is committed. */
  readonly translateResponse?: (ctx: KoaContextWithOIDC, ending: Error | undefined) => void;
}

const contexts = new WeakMap<IncomingMessage, RequestContext>();

export const setRequestContext = (request: IncomingMessage, context: RequestContext): void => {
  contexts.set(request, context);
};

export const getRequestContext = (request: IncomingMessage): RequestContext =>
  contexts.get(request) ?? {
    correlationId: '',
    address: request.socket.remoteAddress ?? '',
    endpoint: 'engine',
  };
