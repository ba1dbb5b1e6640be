import type { Journal } from '../journal.ts';
import { createProof, createProofKey } from '../proofs.ts';
import { answerJson, type Exchange, type OutgoingRequest } from '../send.ts';
import { addExchanges, endpointUrl, hasExchange, type Step, type StepContext } from './step.ts';

export const createKey: Step = {
  name: 'key',
  isDone: ({ key }) => key !== undefined,
  run: async (_context, journal) => ({ ...journal, key: await createProofKey() }),
  outputs: ({ key }) =>
    key ? [{ kind: 'facts', facts: { jwk: JSON.stringify(key.open), dpop_jkt: key.thumbprint } }] : [],
};

const userinfoRequestWithProof = async (
  context: StepContext,
  journal: Journal,
  nonce?: string,
): Promise<OutgoingRequest> => {
  const url = endpointUrl(context.issuer, journal, 'userinfo_endpoint');
  const token = journal.tokens?.access ?? '';
  if (!journal.key) throw new Error('the step of the key comes first');
  const proof = await createProof(journal.key, { method: 'GET', url, now: context.now(), token, nonce });
  return { url, headers: { authorization: `DPoP ${token}`, dpop: proof } };
};

/** Once more with the nonce of the server, where it wants one (RFC 9449 §9). */
const sendWithNonce = async (
  context: StepContext,
  journal: Journal,
): Promise<{ ask: OutgoingRequest; exchanges: Exchange[] }> => {
  const request = await userinfoRequestWithProof(context, journal);
  const first = await context.send(request);
  const nonce = first.answer.headers['dpop-nonce'];
  const needsNonce = answerJson(first)['error'] === 'use_dpop_nonce' && nonce !== undefined;
  if (!needsNonce) return { ask: request, exchanges: [first] };
  const withNonce = await userinfoRequestWithProof(context, journal, nonce);
  return { ask: withNonce, exchanges: [first, await context.send(withNonce)] };
};

export const userinfoWithProof: Step = {
  name: 'userinfoDpop',
  isDone: hasExchange('userinfoDpop'),
  async run(context, journal) {
    const { exchanges } = await sendWithNonce(context, journal);
    return addExchanges(journal, 'userinfoDpop', ...exchanges);
  },
  attacks: [
    {
      name: 'withoutProof',
      when: ({ tokens }) => tokens !== undefined,
      async run({ issuer, send }, journal) {
        const exchange = await send({
          url: endpointUrl(issuer, journal, 'userinfo_endpoint'),
          headers: { authorization: `Bearer ${journal.tokens?.access}` },
        });
        return addExchanges(journal, 'withoutProof', exchange);
      },
    },
    {
      name: 'proofTwice',
      when: ({ tokens }) => tokens !== undefined,
      async run(context, journal) {
        const { ask, exchanges } = await sendWithNonce(context, journal);
        return addExchanges(journal, 'proofTwice', ...exchanges, await context.send(ask));
      },
    },
  ],
};
