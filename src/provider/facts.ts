import type { IncomingMessage } from 'node:http';

/** What the doors know of a request and the engine can't see. */
export interface RequestFacts {
  /** In every log line, audit record and error page of this request. */
  readonly correlation: string;
  /** Of the client, as far as trusted proxies tell. */
  readonly address: string;
  /** The door it came through: `engine`, `json`, `pages`. */
  readonly door: string;
}

const facts = new WeakMap<IncomingMessage, RequestFacts>();

export const describeRequest = (request: IncomingMessage, known: RequestFacts): void => {
  facts.set(request, known);
};

export const factsOf = (request: IncomingMessage): RequestFacts =>
  facts.get(request) ?? { correlation: '', address: request.socket.remoteAddress ?? '', door: 'engine' };
