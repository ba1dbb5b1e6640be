import { createHash, randomBytes } from 'node:crypto';
import { callbackPath } from '../clients.ts';
import type { Journal } from '../journal.ts';
import { answerOf } from '../wire.ts';
import { type Act, endpointNames, endpointOf, record, type Step, wasAsked } from './step.ts';

const random = (): string => randomBytes(32).toString('base64url');

export const discovery: Step = {
  name: 'discovery',
  done: wasAsked('discovery'),
  async run({ issuer, wire }, journal) {
    const exchange = await wire({ url: `${issuer}/.well-known/openid-configuration` });
    const endpoints = Object.fromEntries(
      Object.entries(answerOf(exchange)).flatMap(([name, value]) =>
        endpointNames.includes(name) && typeof value === 'string' ? [[name, value]] : [],
      ),
    );
    return record({ ...journal, endpoints }, 'discovery', exchange);
  },
  shows: ({ endpoints }) => (endpoints ? [{ kind: 'facts', facts: endpoints }] : []),
};

/** Values for one request that only this browser's journal knows. */
const prepareRequest: Act = async ({ issuer, tab, clients, audience }, journal) => {
  const verifier = random();
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const state = `${tab}.${random()}`;
  const nonce = random();
  const parameters = {
    client_id: clients.web.id,
    response_type: 'code',
    redirect_uri: `${issuer}${callbackPath}`,
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(journal.key && { dpop_jkt: journal.key.thumbprint }),
  };
  const bare = {
    client_id: clients.issuer.id,
    response_type: 'code',
    redirect_uri: `${issuer}${callbackPath}`,
    scope: audience === undefined ? 'openid' : 'demo:read',
    state,
  };
  const url = new URL(endpointOf(issuer, journal, 'authorization_endpoint'));
  url.search = new URLSearchParams(tab === 'json' ? bare : parameters).toString();
  const secrets = tab === 'json' ? {} : { nonce, verifier, challenge };
  return { ...journal, request: { url: url.href, state, ...secrets } };
};

export const prepare: Step = {
  name: 'prepare',
  done: ({ request }) => request !== undefined,
  run: prepareRequest,
  shows: ({ request }) => {
    if (!request) return [];
    const { verifier, challenge, state, nonce } = request;
    return [{ kind: 'facts', facts: { code_verifier: verifier, code_challenge: challenge, state, nonce } }];
  },
};

/** For the JSON door: nothing but a state. */
export const prepareBare: Step = { ...prepare, name: 'prepareBare' };

const parametersOf = ({ request }: Journal): Readonly<Record<string, string>> =>
  Object.fromEntries(new URL(request?.url ?? 'http://own.invalid').searchParams);

export const authorize: Step = {
  name: 'authorize',
  done: ({ answer }) => answer !== undefined,
  shows: (journal) => [
    { kind: 'facts', facts: parametersOf(journal) },
    ...(journal.request && journal.answer === undefined
      ? [{ kind: 'go', href: journal.request.url, to: 'signIn' } as const]
      : []),
  ],
  breaks: [
    {
      name: 'badRedirect',
      when: ({ request, answer }) => request !== undefined && answer === undefined,
      async run({ wire }, journal) {
        const url = new URL(journal.request?.url ?? '');
        url.searchParams.set('redirect_uri', 'https://attacker.example/callback');
        return record(journal, 'badRedirect', await wire({ url: url.href }));
      },
    },
  ],
};

/** Another code, where the one that came back is of no more use. */
export const anotherCode: Act = async (desk, journal) => {
  const { answer: _, tokens: __, readings: ___, exchanges, ...kept } = journal;
  const { discovery: known } = exchanges;
  return prepareRequest(desk, { ...kept, exchanges: known ? { discovery: known } : {} });
};

export const callback: Step = {
  name: 'callback',
  done: ({ answer }) => answer?.['code'] !== undefined,
  shows: ({ answer = {} }) => [
    { kind: 'facts', facts: answer },
    { kind: 'note', note: answer['code'] === undefined ? 'refused' : 'codeIsShort' },
  ],
  breaks: [
    {
      name: 'anotherCode',
      when: ({ answer }) => answer !== undefined && answer['code'] === undefined,
      run: anotherCode,
    },
  ],
};
