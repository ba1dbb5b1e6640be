import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { Provider } from 'oidc-provider';
import engineRedirect from 'oidc-provider/lib/response_modes/query.js';
import t from 'tap';
import { redirectByQuery } from '#src/provider/query-redirect.ts';

const provider = new Provider('http://localhost:3000');

type Redirect = (ctx: KoaContextWithOIDC, uri: string, payload: Readonly<Record<string, unknown>>) => void;

/** The whole response, as far as it is set, or the error. */
const responseOf = (
  redirect: Redirect,
  { uri, accept, payload }: (typeof requests)[number],
): Readonly<Record<string, unknown>> => {
  const request = new IncomingMessage(new Socket());
  request.url = '/oauth/authorize';
  if (accept !== undefined) request.headers.accept = accept;
  const ctx = provider.createContext(request, new ServerResponse(request));
  try {
    redirect(ctx as KoaContextWithOIDC, uri, payload);
  } catch (error) {
    return { error: String(error) };
  }
  return { status: ctx.status, headers: { ...ctx.response.headers }, body: ctx.body };
};

const uris = [
  'http://localhost:4999/callback',
  'https://app.example/cb?x=1&y=%20z&code=old',
  'https://app.example/cb?a=1&a=2&b',
  'https://app.example/cb?',
  'https://app.example/cb#',
  'https://app.example/a%zz/b',
  "https://app.example/it's",
  'https://app.example/[x]|y^z`{a}\\b',
  'https://app.example/<b>"?a=<c>"\'',
  'https://bücher.example/ü?q=ä b',
  'https://user:pw@app.example/cb',
  'HTTPS://APP.example/Cb',
  'http://[::1]:8080/cb',
  'com.example.app:/cb',
  'app:cb?x=`{}',
  'no URL',
];

const accepts = [
  undefined,
  '',
  'text/html',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'text/html;q=0,*/*',
  'text/html,*/*;q=0',
  'text/plain',
  'application/json',
  '*/*',
];

const payloads = [
  { code: 'abc_-', state: 'a b&c=d"<>\'é😀', iss: 'https://op.example' },
  { code: 'x', iss: 'https://op.example' },
  { error: 'access_denied', error_description: 'no (x) [y]!*~' },
];

const requests = uris.flatMap((uri) =>
  accepts.flatMap((accept) => payloads.map((payload) => ({ uri, accept, payload }))),
);

t.test('the response is the one that the engine would make', async (t) => {
  for (const request of requests) {
    const { uri, accept } = request;
    t.same(responseOf(redirectByQuery, request), responseOf(engineRedirect, request), `${uri}, ${accept}`);
  }
});
