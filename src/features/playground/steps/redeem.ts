import { randomBytes } from 'node:crypto';
import { callbackPath } from '../clients.ts';
import type { Journal } from '../journal.ts';
import { proofOf } from '../proofs.ts';
import { type Ask, answerOf, type Exchange } from '../wire.ts';
import { anotherCode } from './authorization.ts';
import { type Break, basicOf, type Desk, endpointOf, record, type Step, wasAsked } from './step.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Takes the tokens out of an answer, where it brought any. */
export const withTokens = (journal: Journal, exchange: Exchange): Journal => {
  const answer = answerOf(exchange);
  const access = text(answer['access_token']);
  if (exchange.answer.status >= 300 || access === undefined) return journal;
  const id = text(answer['id_token']) ?? journal.tokens?.id;
  const refresh = text(answer['refresh_token']);
  return {
    ...journal,
    tokens: { access, ...(id !== undefined && { id }), ...(refresh !== undefined && { refresh }) },
  };
};

const formOf = ({ issuer }: Desk, { answer, request }: Journal): Record<string, string> => ({
  grant_type: 'authorization_code',
  code: answer?.['code'] ?? '',
  redirect_uri: `${issuer}${callbackPath}`,
  code_verifier: request?.verifier ?? '',
});

const askToken = (desk: Desk, journal: Journal, form: Record<string, string>): Ask => ({
  url: endpointOf(desk.issuer, journal, 'token_endpoint'),
  headers: { authorization: basicOf(desk.clients.web) },
  form,
});

const hasCode = ({ answer, tokens }: Journal): boolean =>
  answer?.['code'] !== undefined && tokens === undefined;

const hasTokens = ({ tokens }: Journal): boolean => tokens !== undefined;

const freshCode: Break = {
  name: 'anotherCode',
  when: ({ exchanges, tokens }) =>
    exchanges['usedCode'] !== undefined || (exchanges['token'] !== undefined && tokens === undefined),
  run: anotherCode,
};

const usedCode = (ask: (desk: Desk, journal: Journal) => Promise<Ask>): Break => ({
  name: 'usedCode',
  when: hasTokens,
  run: async (desk, journal) => record(journal, 'usedCode', await desk.wire(await ask(desk, journal))),
});

export const redeem: Step = {
  name: 'token',
  done: hasTokens,
  async run(desk, journal) {
    const exchange = await desk.wire(askToken(desk, journal, formOf(desk, journal)));
    return record(withTokens(journal, exchange), 'token', exchange);
  },
  shows: ({ exchanges }) => {
    const form = exchanges['token']?.at(-1)?.body;
    return form === undefined
      ? []
      : [{ kind: 'facts', facts: Object.fromEntries(new URLSearchParams(form)) }];
  },
  breaks: [
    {
      name: 'wrongVerifier',
      when: hasCode,
      async run(desk, journal) {
        const form = { ...formOf(desk, journal), code_verifier: randomBytes(32).toString('base64url') };
        return record(journal, 'wrongVerifier', await desk.wire(askToken(desk, journal, form)));
      },
    },
    usedCode(async (desk, journal) => askToken(desk, journal, formOf(desk, journal))),
    freshCode,
  ],
};

const askWithProof = async (desk: Desk, journal: Journal, nonce?: string): Promise<Ask> => {
  const ask = askToken(desk, journal, formOf(desk, journal));
  if (!journal.key) return ask;
  const proof = await proofOf(journal.key, { method: 'POST', url: ask.url, now: desk.now(), nonce });
  return { ...ask, headers: { ...ask.headers, dpop: proof } };
};

/** RFC 9449 §5; the server may want its nonce in the proof (§8), and then the request is sent again. */
export const redeemWithProof: Step = {
  ...redeem,
  name: 'tokenDpop',
  async run(desk, journal) {
    const exchanges = [await desk.wire(await askWithProof(desk, journal))];
    const nonce = exchanges[0]?.answer.headers['dpop-nonce'];
    if (exchanges[0] && answerOf(exchanges[0])['error'] === 'use_dpop_nonce' && nonce !== undefined) {
      exchanges.push(await desk.wire(await askWithProof(desk, journal, nonce)));
    }
    const last = exchanges.at(-1);
    return record(last ? withTokens(journal, last) : journal, 'tokenDpop', ...exchanges);
  },
  shows: () => [],
  breaks: [],
};

const askJson = async ({ issuer }: Desk, { answer }: Journal): Promise<Ask> => ({
  url: `${issuer}/api/v1/tokens`,
  json: { authorization_code: answer?.['code'] ?? '' },
});

export const redeemJson: Step = {
  name: 'tokenJson',
  done: hasTokens,
  async run(desk, journal) {
    const exchange = await desk.wire(await askJson(desk, journal));
    return record(withTokens(journal, exchange), 'tokenJson', exchange);
  },
  breaks: [
    usedCode(askJson),
    {
      name: 'anotherCode',
      when: (journal) => wasAsked('usedCode')(journal) || (wasAsked('tokenJson')(journal) && !journal.tokens),
      run: anotherCode,
    },
  ],
};

/** RFC 6749 §4.4: no person, so no code, no refresh token and no id token. */
export const credentials: Step = {
  name: 'credentials',
  done: hasTokens,
  async run(desk, journal) {
    const { audience } = desk;
    const form = {
      grant_type: 'client_credentials',
      ...(audience !== undefined && { resource: audience, scope: 'demo:read' }),
    };
    const exchange = await desk.wire(askToken(desk, journal, form));
    return record(withTokens(journal, exchange), 'credentials', exchange);
  },
  breaks: [
    {
      name: 'wrongSecret',
      when: () => true,
      async run(desk, journal) {
        const ask = askToken(desk, journal, { grant_type: 'client_credentials' });
        const headers = { authorization: basicOf({ ...desk.clients.web, secret: 'guessed' }) };
        return record(journal, 'wrongSecret', await desk.wire({ ...ask, headers }));
      },
    },
  ],
};
