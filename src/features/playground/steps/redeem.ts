import { randomBytes } from 'node:crypto';
import { callbackPath } from '../clients.ts';
import type { Journal } from '../journal.ts';
import { createProof } from '../proofs.ts';
import { answerJson, type Exchange, type OutgoingRequest } from '../send.ts';
import { anotherCode } from './authorization.ts';
import { sendWithNonce } from './send-with-nonce.ts';
import {
  type Attack,
  addExchanges,
  basicAuthorization,
  endpointUrl,
  hasExchange,
  type Restart,
  type Step,
  type StepContext,
} from './step.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Adds the tokens of a response to the journal, if it has any. */
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

const freshCode: Restart = {
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
  ],
  restarts: [freshCode],
};

const tokenRequestWithProof =
  (context: StepContext, journal: Journal) =>
  async (nonce?: string): Promise<OutgoingRequest> => {
    const request = tokenRequest(context, journal, codeForm(context, journal));
    if (!journal.key) return request;
    const { url } = request;
    const proof = await createProof(journal.key, { method: 'POST', url, now: context.now(), nonce });
    return { ...request, headers: { ...request.headers, dpop: proof } };
  };

/** RFC 9449 §5. */
export const redeemWithProof: Step = {
  ...redeem,
  name: 'tokenDpop',
  async run(context, journal) {
    const { exchanges } = await sendWithNonce(context.send, tokenRequestWithProof(context, journal));
    const last = exchanges.at(-1) ?? exchanges[0];
    return addExchanges(withTokens(journal, last), 'tokenDpop', ...exchanges);
  },
  outputs: () => [],
  attacks: [],
  restarts: [],
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
  attacks: [usedCode(jsonTokenRequest)],
  restarts: [
    {
      name: 'anotherCode',
      when: (journal) =>
        hasExchange('usedCode')(journal) || (hasExchange('tokenJson')(journal) && !journal.tokens),
      run: anotherCode,
    },
  ],
};

/** RFC 6749 §4.4. */
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
