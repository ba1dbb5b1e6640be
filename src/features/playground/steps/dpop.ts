import type { Journal } from '../journal.ts';
import { newProofKey, proofOf } from '../proofs.ts';
import { type Ask, answerOf, type Exchange } from '../wire.ts';
import { type Desk, endpointOf, record, type Step, wasAsked } from './step.ts';

export const makeKey: Step = {
  name: 'key',
  done: ({ key }) => key !== undefined,
  run: async (_desk, journal) => ({ ...journal, key: await newProofKey() }),
  shows: ({ key }) =>
    key ? [{ kind: 'facts', facts: { jwk: JSON.stringify(key.open), dpop_jkt: key.thumbprint } }] : [],
};

const askWithProof = async (desk: Desk, journal: Journal, nonce?: string): Promise<Ask> => {
  const url = endpointOf(desk.issuer, journal, 'userinfo_endpoint');
  const token = journal.tokens?.access ?? '';
  if (!journal.key) throw new Error('the step of the key comes first');
  const proof = await proofOf(journal.key, { method: 'GET', url, now: desk.now(), token, nonce });
  return { url, headers: { authorization: `DPoP ${token}`, dpop: proof } };
};

/** Once more with the nonce of the server, where it wants one (RFC 9449 §9). */
const askedWithNonce = async (desk: Desk, journal: Journal): Promise<{ ask: Ask; exchanges: Exchange[] }> => {
  const ask = await askWithProof(desk, journal);
  const first = await desk.wire(ask);
  const nonce = first.answer.headers['dpop-nonce'];
  const wanted = answerOf(first)['error'] === 'use_dpop_nonce' && nonce !== undefined;
  if (!wanted) return { ask, exchanges: [first] };
  const again = await askWithProof(desk, journal, nonce);
  return { ask: again, exchanges: [first, await desk.wire(again)] };
};

export const userinfoWithProof: Step = {
  name: 'userinfoDpop',
  done: wasAsked('userinfoDpop'),
  async run(desk, journal) {
    const { exchanges } = await askedWithNonce(desk, journal);
    return record(journal, 'userinfoDpop', ...exchanges);
  },
  breaks: [
    {
      name: 'withoutProof',
      when: ({ tokens }) => tokens !== undefined,
      async run({ issuer, wire }, journal) {
        const exchange = await wire({
          url: endpointOf(issuer, journal, 'userinfo_endpoint'),
          headers: { authorization: `Bearer ${journal.tokens?.access}` },
        });
        return record(journal, 'withoutProof', exchange);
      },
    },
    {
      name: 'proofTwice',
      when: ({ tokens }) => tokens !== undefined,
      async run(desk, journal) {
        const { ask, exchanges } = await askedWithNonce(desk, journal);
        return record(journal, 'proofTwice', ...exchanges, await desk.wire(ask));
      },
    },
  ],
};
