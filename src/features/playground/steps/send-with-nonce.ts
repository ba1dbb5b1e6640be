import { answerJson, type Exchange, type OutgoingRequest, type SendRequest } from '../send.ts';

interface Sent {
  /** The request that was sent last. */
  readonly request: OutgoingRequest;
  readonly exchanges: readonly [Exchange, ...Exchange[]];
}

/** Sends a request with a DPoP proof; once more with the server's nonce if the server demands one (RFC 9449 §8, §9). */
export const sendWithNonce = async (
  send: SendRequest,
  createRequest: (nonce?: string) => Promise<OutgoingRequest>,
): Promise<Sent> => {
  const request = await createRequest();
  const first = await send(request);
  const nonce = first.answer.headers['dpop-nonce'];
  if (answerJson(first)['error'] !== 'use_dpop_nonce' || nonce === undefined)
    return { request, exchanges: [first] };
  const withNonce = await createRequest(nonce);
  return { request: withNonce, exchanges: [first, await send(withNonce)] };
};
