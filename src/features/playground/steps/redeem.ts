import { randomBytes } from 'node:crypto';
import { callbackPath } from '../clients.ts';
import type { Journal } from '../journal.ts';
import { createProof } from '../proofs.ts';
import { answerJson, type Exchange, type OutgoingRequest } from '../send.ts';
import { anotherCode } from './authorization.ts';
import {
  type Attack,
  addExchanges,
  basicAuthorization,
  endpointUrl,
  hasExchange,
  type Step,
  type StepContext,
} from './step.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Takes the tokens out of an answer, where it brought any. */
export const withTokens = (journal: Journal, exchange: Exchange): Journal => {
  const answer = answerJson(exchange);
  const access = text(answer['access_token']);
  if (exchange.answer.status >= 300 || access === undefined) return journal;
  const id = text(answer['id_token']) ?? journal.tokens?.id;
  const refresh = text(answer['refresh_token']);
  return {
    ...journal,
    tokens: { access, ...(id !== undefined && { id }), ...(refresh !== undefined && { refresh }) },
  };
};

const codeForm = ({ issuer }: StepContext, { answer, request }: Journal): Record<string, string> => ({
  grant_type: 'authorization_code',
  code: answer?.['code'] ?? '',
  redirect_uri: `${issuer}${callbackPath}`,
  code_verifier: request?.verifier ?? '',
});

const tokenRequest = (
  context: StepContext,
  journal: Journal,
  form: Record<string, string>,
): OutgoingRequest => ({
  url: endpointUrl(context.issuer, journal, 'token_endpoint'),
  headers: { authorization: basicAuthorization(context.clients.web) },
  form,
});

const hasUnusedCode = ({ answer, tokens }: Journal): boolean =>
  answer?.['code'] !== undefined && tokens === undefined;

const hasTokens = ({ tokens }: Journal): boolean => tokens !== undefined;

const freshCode: Attack = {
  name: 'anotherCode',
  when: ({ exchanges, tokens }) =>
    exchanges['usedCode'] !== undefined || (exchanges['token'] !== undefined && tokens === undefined),
  run: anotherCode,
};

const usedCode = (
  createRequest: (context: StepContext, journal: Journal) => Promise<OutgoingRequest>,
): Attack => ({
  name: 'usedCode',
  when: hasTokens,
  run: async (context, journal) =>
    addExchanges(journal, 'usedCode', await context.send(await createRequest(context, journal))),
});

export const redeem: Step = {
  name: 'token',
  isDone: hasTokens,
  async run(context, journal) {
    const exchange = await context.send(tokenRequest(context, journal, codeForm(context, journal)));
    return addExchanges(withTokens(journal, exchange), 'token', exchange);
  },
  outputs: ({ exchanges }) => {
    const form = exchanges['token']?.at(-1)?.body;
    return form === undefined
      ? []
      : [{ kind: 'facts', facts: Object.fromEntries(new URLSearchParams(form)) }];
  },
  attacks: [
    {
      name: 'wrongVerifier',
      when: hasUnusedCode,
      async run(context, journal) {
        const form = { ...codeForm(context, journal), code_verifier: randomBytes(32).toString('base64url') };
        return addExchanges(
          journal,
          'wrongVerifier',
          await context.send(tokenRequest(context, journal, form)),
        );
      },
    },
    usedCode(async (context, journal) => tokenRequest(context, journal, codeForm(context, journal))),
    freshCode,
  ],
};

const tokenRequestWithProof = async (
  context: StepContext,
  journal: Journal,
  nonce?: string,
): Promise<OutgoingRequest> => {
  const request = tokenRequest(context, journal, codeForm(context, journal));
  if (!journal.key) return request;
  const proof = await createProof(journal.key, {
    method: 'POST',
    url: request.url,
    now: context.now(),
    nonce,
  });
  return { ...request, headers: { ...request.headers, dpop: proof } };
};

/** RFC 9449 §5; the server may want its nonce in the proof (§8), and then the request is sent again. */
export const redeemWithProof: Step = {
  ...redeem,
  name: 'tokenDpop',
  async run(context, journal) {
    const exchanges = [await context.send(await tokenRequestWithProof(context, journal))];
    const nonce = exchanges[0]?.answer.headers['dpop-nonce'];
    if (exchanges[0] && answerJson(exchanges[0])['error'] === 'use_dpop_nonce' && nonce !== undefined) {
      exchanges.push(await context.send(await tokenRequestWithProof(context, journal, nonce)));
    }
    const last = exchanges.at(-1);
    return addExchanges(last ? withTokens(journal, last) : journal, 'tokenDpop', ...exchanges);
  },
  outputs: () => [],
  attacks: [],
};

const jsonTokenRequest = async ({ issuer }: StepContext, { answer }: Journal): Promise<OutgoingRequest> => ({
  url: `${issuer}/api/v1/tokens`,
  json: { authorization_code: answer?.['code'] ?? '' },
});

export const redeemJson: Step = {
  name: 'tokenJson',
  isDone: hasTokens,
  async run(context, journal) {
    const exchange = await context.send(await jsonTokenRequest(context, journal));
    return addExchanges(withTokens(journal, exchange), 'tokenJson', exchange);
  },
  attacks: [
    usedCode(jsonTokenRequest),
    {
      name: 'anotherCode',
      when: (journal) =>
        hasExchange('usedCode')(journal) || (hasExchange('tokenJson')(journal) && !journal.tokens),
      run: anotherCode,
    },
  ],
};

/** RFC 6749 §4.4: no person, so no code, no refresh token and no id token. */
export const credentials: Step = {
  name: 'credentials',
  isDone: hasTokens,
  async run(context, journal) {
    const { audience } = context;
    const form = {
      grant_type: 'client_credentials',
      ...(audience !== undefined && { resource: audience, scope: 'demo:read' }),
    };
    const exchange = await context.send(tokenRequest(context, journal, form));
    return addExchanges(withTokens(journal, exchange), 'credentials', exchange);
  },
  attacks: [
    {
      name: 'wrongSecret',
      when: () => true,
      async run(context, journal) {
        const request = tokenRequest(context, journal, { grant_type: 'client_credentials' });
        const headers = { authorization: basicAuthorization({ ...context.clients.web, secret: 'guessed' }) };
        return addExchanges(journal, 'wrongSecret', await context.send({ ...request, headers }));
      },
    },
  ],
};
