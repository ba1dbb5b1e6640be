import type { Journal } from '../journal.ts';
import { createProof, createProofKey } from '../proofs.ts';
import type { OutgoingRequest } from '../send.ts';
import { sendWithNonce } from './send-with-nonce.ts';
import { addExchanges, endpointUrl, hasExchange, type Step, type StepContext } from './step.ts';

export const createKey: Step = {
  name: 'key',
  isDone: ({ key }) => key !== undefined,
  run: async (_context, journal) => ({ ...journal, key: await createProofKey() }),
  outputs: ({ key }) =>
    key ? [{ kind: 'facts', facts: { jwk: JSON.stringify(key.open), dpop_jkt: key.thumbprint } }] : [],
};

const userinfoRequest =
  ({ issuer, now }: StepContext, journal: Journal) =>
  async (nonce?: string): Promise<OutgoingRequest> => {
    const url = endpointUrl(issuer, journal, 'userinfo_endpoint');
    const token = journal.tokens?.access ?? '';
    if (!journal.key) throw new Error('the step that creates the key comes first');
    const proof = await createProof(journal.key, { method: 'GET', url, now: now(), token, nonce });
    return { url, headers: { authorization: `DPoP ${token}`, dpop: proof } };
  };

export const userinfoWithProof: Step = {
  name: 'userinfoDpop',
  isDone: hasExchange('userinfoDpop'),
  async run(context, journal) {
    const { exchanges } = await sendWithNonce(context.send, userinfoRequest(context, journal));
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
        const { request, exchanges } = await sendWithNonce(context.send, userinfoRequest(context, journal));
        return addExchanges(journal, 'proofTwice', ...exchanges, await context.send(request));
      },
    },
  ],
};
