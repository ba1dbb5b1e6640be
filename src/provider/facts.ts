import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';

/** What the doors know of a request and the engine can't see. */
export interface RequestFacts {
  /** In every log line, audit record and error page of this request. */
  readonly correlation: string;
  /** Of the client, as far as trusted proxies tell. */
  readonly address: string;
  /** The door it came through: `engine`, `json`, `pages`. */
  readonly door: string;
  /** Where it was sent, when that is not the issuer: `proxy.mtls_origin`. */
  readonly origin?: string;
  /** A door that speaks another language than the engine: makes its answer of the engine's, once all is committed. */
  readonly translate?: (ctx: KoaContextWithOIDC, ending: Error | undefined) => void;
}

const facts = new WeakMap<IncomingMessage, RequestFacts>();

export const describeRequest = (request: IncomingMessage, known: RequestFacts): void => {
  facts.set(request, known);
};

export const factsOf = (request: IncomingMessage): RequestFacts =>
  facts.get(request) ?? { correlation: '', address: request.socket.remoteAddress ?? '', door: 'engine' };
