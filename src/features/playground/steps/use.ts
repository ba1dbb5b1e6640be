import type { JWK } from 'jose';
import { signedOutPath } from '../clients.ts';
import { readToken } from '../tokens.ts';
import { answerOf } from '../wire.ts';
import { withTokens } from './redeem.ts';
import { basicOf, type Desk, endpointOf, record, type Step, statusOf, wasAsked } from './step.ts';

export const decode: Step = {
  name: 'decode',
  done: ({ readings }) => readings !== undefined,
  async run({ issuer, wire, now, clients, tab }, journal) {
    const exchange = await wire({ url: endpointOf(issuer, journal, 'jwks_uri') });
    const { keys } = answerOf(exchange);
    // RFC 7517 §5: the member that makes it a key set.
    const expected = { issuer, jwks: { keys: (keys ?? []) as readonly JWK[] }, now: now() };
    const { access, id } = journal.tokens ?? {};
    const client = tab === 'device' ? clients.device.id : clients.web.id;
    const nonce = journal.request?.nonce;
    const readings = [
      ...(access === undefined ? [] : [await readToken('access_token', access, expected)]),
      ...(id === undefined
        ? []
        : [
            await readToken('id_token', id, {
              ...expected,
              client,
              ...(nonce !== undefined && { nonce }),
              ...(access !== undefined && { accessToken: access }),
            }),
          ]),
    ];
    return record({ ...journal, readings }, 'decode', exchange);
  },
  shows: ({ readings = [] }) => readings.map((reading) => ({ kind: 'reading', reading })),
};

const askUserinfo = (issuer: string, journal: Parameters<typeof endpointOf>[1]) => ({
  url: endpointOf(issuer, journal, 'userinfo_endpoint'),
  headers: { authorization: `Bearer ${journal.tokens?.access}` },
});

export const userinfo: Step = {
  name: 'userinfo',
  done: wasAsked('userinfo'),
  async run({ issuer, wire }, journal) {
    return record(journal, 'userinfo', await wire(askUserinfo(issuer, journal)));
  },
};

const askRefresh = ({ issuer, clients }: Desk, journal: Parameters<typeof endpointOf>[1], token: string) => ({
  url: endpointOf(issuer, journal, 'token_endpoint'),
  headers: { authorization: basicOf(clients.web) },
  form: { grant_type: 'refresh_token', refresh_token: token },
});

export const refresh: Step = {
  name: 'refresh',
  done: ({ spent }) => spent !== undefined,
  async run(desk, journal) {
    const spent = journal.tokens?.refresh ?? '';
    const exchange = await desk.wire(askRefresh(desk, journal, spent));
    const next = withTokens(journal, exchange);
    return record(next === journal ? journal : { ...next, spent }, 'refresh', exchange);
  },
  breaks: [
    {
      name: 'reuse',
      when: ({ spent }) => spent !== undefined,
      async run(desk, journal) {
        const exchange = await desk.wire(askRefresh(desk, journal, journal.spent ?? ''));
        return record(journal, 'reuse', exchange);
      },
    },
  ],
  shows: (journal) => {
    const status = statusOf(journal, 'reuse');
    if (status === undefined) return [];
    return [{ kind: 'note', note: status === 200 ? 'retryWindow' : 'reuseFound' }];
  },
};

const askAbout = (endpoint: 'introspection_endpoint' | 'revocation_endpoint', { issuer, clients }: Desk) => ({
  endpoint,
  issuer,
  headers: { authorization: basicOf(clients.web) },
});

export const introspect: Step = {
  name: 'introspect',
  done: wasAsked('introspect'),
  async run(desk, journal) {
    const { endpoint, issuer, headers } = askAbout('introspection_endpoint', desk);
    const form = { token: journal.tokens?.access ?? '', token_type_hint: 'access_token' };
    const exchange = await desk.wire({ url: endpointOf(issuer, journal, endpoint), headers, form });
    return record(journal, 'introspect', exchange);
  },
};

export const revoke: Step = {
  name: 'revoke',
  done: wasAsked('revoke'),
  async run(desk, journal) {
    const { endpoint, issuer, headers } = askAbout('revocation_endpoint', desk);
    const { refresh: token, access = '' } = journal.tokens ?? {};
    const form = { token: token ?? access, token_type_hint: token ? 'refresh_token' : 'access_token' };
    const exchange = await desk.wire({ url: endpointOf(issuer, journal, endpoint), headers, form });
    return record(journal, 'revoke', exchange);
  },
  breaks: [
    {
      name: 'revoked',
      when: wasAsked('revoke'),
      async run({ issuer, wire }, journal) {
        return record(journal, 'revoked', await wire(askUserinfo(issuer, journal)));
      },
    },
  ],
};

export const signOut: Step = {
  name: 'signOut',
  done: ({ signedOut }) => signedOut === true,
  shows: (journal, issuer) => {
    const { id } = journal.tokens ?? {};
    if (journal.signedOut) return [{ kind: 'note', note: 'signedOut' }];
    return [
      {
        kind: 'post',
        action: endpointOf(issuer, journal, 'end_session_endpoint'),
        fields: {
          ...(id !== undefined && { id_token_hint: id }),
          post_logout_redirect_uri: `${issuer}${signedOutPath}`,
        },
      },
    ];
  },
};
