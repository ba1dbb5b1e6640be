import { createHash, randomBytes } from 'node:crypto';
import { callbackPath } from '../clients.ts';
import type { Journal } from '../journal.ts';
import { answerJson } from '../send.ts';
import { addExchanges, endpointNames, endpointUrl, hasExchange, type Step, type StepAction } from './step.ts';

const random = (): string => randomBytes(32).toString('base64url');

export const discovery: Step = {
  name: 'discovery',
  isDone: hasExchange('discovery'),
  async run({ issuer, send }, journal) {
    const exchange = await send({ url: `${issuer}/.well-known/openid-configuration` });
    const endpoints = Object.fromEntries(
      Object.entries(answerJson(exchange)).flatMap(([name, value]) =>
        endpointNames.includes(name) && typeof value === 'string' ? [[name, value]] : [],
      ),
    );
    return addExchanges({ ...journal, endpoints }, 'discovery', exchange);
  },
  outputs: ({ endpoints }) => (endpoints ? [{ kind: 'facts', facts: endpoints }] : []),
};

/** Creates the values of one request, which only the journal of this browser knows. */
const prepareRequest: StepAction = async ({ issuer, tab, clients, audience }, journal) => {
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
  const issuerParameters = {
    client_id: clients.issuer.id,
    response_type: 'code',
    redirect_uri: `${issuer}${callbackPath}`,
    scope: audience === undefined ? 'openid' : 'demo:read',
    state,
  };
  const url = new URL(endpointUrl(issuer, journal, 'authorization_endpoint'));
  url.search = new URLSearchParams(tab === 'json' ? issuerParameters : parameters).toString();
  const secrets = tab === 'json' ? {} : { nonce, verifier, challenge };
  return { ...journal, request: { url: url.href, state, ...secrets } };
};

export const prepare: Step = {
  name: 'prepare',
  isDone: ({ request }) => request !== undefined,
  run: prepareRequest,
  outputs: ({ request }) => {
    if (!request) return [];
    const { verifier, challenge, state, nonce } = request;
    return [{ kind: 'facts', facts: { code_verifier: verifier, code_challenge: challenge, state, nonce } }];
  },
};

/** The request of an issuer-style client has a state and no other value to create. */
export const prepareBare: Step = { ...prepare, name: 'prepareBare' };

const requestParameters = ({ request }: Journal): Readonly<Record<string, string>> =>
  Object.fromEntries(new URL(request?.url ?? 'http://own.invalid').searchParams);

export const authorize: Step = {
  name: 'authorize',
  isDone: ({ answer }) => answer !== undefined,
  outputs: (journal) => [
    { kind: 'facts', facts: requestParameters(journal) },
    ...(journal.request && journal.answer === undefined
      ? [{ kind: 'go', href: journal.request.url, to: 'signIn' } as const]
      : []),
  ],
  attacks: [
    {
      name: 'badRedirect',
      when: ({ request, answer }) => request !== undefined && answer === undefined,
      async run({ send }, journal) {
        const url = new URL(journal.request?.url ?? '');
        url.searchParams.set('redirect_uri', 'https://attacker.example/callback');
        return addExchanges(journal, 'badRedirect', await send({ url: url.href }));
      },
    },
  ],
};

/** Starts a new authorization request, because the code that came back can't be used any more. */
export const anotherCode: StepAction = async (context, journal) => {
  const { answer: _, tokens: __, readings: ___, exchanges, ...kept } = journal;
  const { discovery: known } = exchanges;
  return prepareRequest(context, { ...kept, exchanges: known ? { discovery: known } : {} });
};

export const callback: Step = {
  name: 'callback',
  isDone: ({ answer }) => answer?.['code'] !== undefined,
  outputs: ({ answer = {} }) => [
    { kind: 'facts', facts: answer },
    { kind: 'note', note: answer['code'] === undefined ? 'refused' : 'codeIsShort' },
  ],
  restarts: [
    {
      name: 'anotherCode',
      when: ({ answer }) => answer !== undefined && answer['code'] === undefined,
      run: anotherCode,
    },
  ],
};
