import type { JWK } from 'jose';
import { signedOutPath } from '../clients.ts';
import { answerJson } from '../send.ts';
import { decodeToken } from '../tokens.ts';
import { withTokens } from './redeem.ts';
import {
  addExchanges,
  basicAuthorization,
  endpointUrl,
  hasExchange,
  type Step,
  type StepContext,
  statusOf,
} from './step.ts';

export const decode: Step = {
  name: 'decode',
  isDone: ({ readings }) => readings !== undefined,
  async run({ issuer, send, now, clients, tab }, journal) {
    const exchange = await send({ url: endpointUrl(issuer, journal, 'jwks_uri') });
    const { keys } = answerJson(exchange);
    // RFC 7517 §5: a key set has this member.
    const expected = { issuer, jwks: { keys: (keys ?? []) as readonly JWK[] }, now: now() };
    const { access, id } = journal.tokens ?? {};
    const client = tab === 'device' ? clients.device.id : clients.web.id;
    const nonce = journal.request?.nonce;
    const readings = [
      ...(access === undefined ? [] : [await decodeToken('access_token', access, expected)]),
      ...(id === undefined
        ? []
        : [
            await decodeToken('id_token', id, {
              ...expected,
              client,
              ...(nonce !== undefined && { nonce }),
              ...(access !== undefined && { accessToken: access }),
            }),
          ]),
    ];
    return addExchanges({ ...journal, readings }, 'decode', exchange);
  },
  outputs: ({ readings = [] }) => readings.map((reading) => ({ kind: 'reading', reading })),
};

const userinfoRequest = (issuer: string, journal: Parameters<typeof endpointUrl>[1]) => ({
  url: endpointUrl(issuer, journal, 'userinfo_endpoint'),
  headers: { authorization: `Bearer ${journal.tokens?.access}` },
});

export const userinfo: Step = {
  name: 'userinfo',
  isDone: hasExchange('userinfo'),
  async run({ issuer, send }, journal) {
    return addExchanges(journal, 'userinfo', await send(userinfoRequest(issuer, journal)));
  },
};

const refreshRequest = (
  { issuer, clients }: StepContext,
  journal: Parameters<typeof endpointUrl>[1],
  token: string,
) => ({
  url: endpointUrl(issuer, journal, 'token_endpoint'),
  headers: { authorization: basicAuthorization(clients.web) },
  form: { grant_type: 'refresh_token', refresh_token: token },
});

export const refresh: Step = {
  name: 'refresh',
  isDone: ({ spent }) => spent !== undefined,
  async run(context, journal) {
    const spent = journal.tokens?.refresh ?? '';
    const exchange = await context.send(refreshRequest(context, journal, spent));
    const next = withTokens(journal, exchange);
    return addExchanges(next === journal ? journal : { ...next, spent }, 'refresh', exchange);
  },
  attacks: [
    {
      name: 'reuse',
      when: ({ spent }) => spent !== undefined,
      async run(context, journal) {
        const exchange = await context.send(refreshRequest(context, journal, journal.spent ?? ''));
        return addExchanges(journal, 'reuse', exchange);
      },
    },
  ],
  outputs: (journal) => {
    const status = statusOf(journal, 'reuse');
    if (status === undefined) return [];
    return [{ kind: 'note', note: status === 200 ? 'retryWindow' : 'reuseFound' }];
  },
};

const clientRequest = (
  endpoint: 'introspection_endpoint' | 'revocation_endpoint',
  { issuer, clients }: StepContext,
) => ({
  endpoint,
  issuer,
  headers: { authorization: basicAuthorization(clients.web) },
});

export const introspect: Step = {
  name: 'introspect',
  isDone: hasExchange('introspect'),
  async run(context, journal) {
    const { endpoint, issuer, headers } = clientRequest('introspection_endpoint', context);
    const form = { token: journal.tokens?.access ?? '', token_type_hint: 'access_token' };
    const exchange = await context.send({ url: endpointUrl(issuer, journal, endpoint), headers, form });
    return addExchanges(journal, 'introspect', exchange);
  },
};

export const revoke: Step = {
  name: 'revoke',
  isDone: hasExchange('revoke'),
  async run(context, journal) {
    const { endpoint, issuer, headers } = clientRequest('revocation_endpoint', context);
    const { refresh: token, access = '' } = journal.tokens ?? {};
    const form = { token: token ?? access, token_type_hint: token ? 'refresh_token' : 'access_token' };
    const exchange = await context.send({ url: endpointUrl(issuer, journal, endpoint), headers, form });
    return addExchanges(journal, 'revoke', exchange);
  },
  attacks: [
    {
      name: 'revoked',
      when: hasExchange('revoke'),
      async run({ issuer, send }, journal) {
        return addExchanges(journal, 'revoked', await send(userinfoRequest(issuer, journal)));
      },
    },
  ],
};

export const signOut: Step = {
  name: 'signOut',
  isDone: ({ signedOut }) => signedOut === true,
  outputs: (journal, issuer) => {
    const { id } = journal.tokens ?? {};
    if (journal.signedOut) return [{ kind: 'note', note: 'signedOut' }];
    return [
      {
        kind: 'post',
        action: endpointUrl(issuer, journal, 'end_session_endpoint'),
        fields: {
          ...(id !== undefined && { id_token_hint: id }),
          post_logout_redirect_uri: `${issuer}${signedOutPath}`,
        },
      },
    ];
  },
};
