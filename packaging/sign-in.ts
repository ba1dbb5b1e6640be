/** Signs a person in as a browser without scripts does, on a site that only this machine can reach. */
import { type OutgoingHttpHeaders, request as requestOverHttp } from 'node:http';
import { request as requestOverTls } from 'node:https';

type Texts = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly cookies: readonly string[];
  readonly body: string;
}

export interface Site {
  readonly origin: string;
  readonly reachedBy:
    | {
        /** The certificate of the authority that Caddy made for itself. */
        readonly ca: string;
      }
    | {
        /** The port of the server itself on this machine, which is asked as a proxy that ends TLS asks it. */
        readonly port: number;
      };
}

interface Options {
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
}

const requestFor = ({ origin, reachedBy }: Site, url: string, { headers, method }: Options) => {
  if ('ca' in reachedBy) return requestOverTls(url, { method, headers, ca: reachedBy.ca });
  const { pathname, search } = new URL(url);
  const { host, protocol } = new URL(origin);
  const forwarded = { ...headers, host, 'x-forwarded-proto': protocol.slice(0, -1) };
  const address = { host: '127.0.0.1', port: reachedBy.port, path: pathname + search };
  return requestOverHttp({ ...address, method, headers: forwarded });
};

export const send = (
  site: Site,
  url: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: Texts; body?: string } = {},
): Promise<Answer> =>
  new Promise((settle, fail) => {
    const form = body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = requestFor(site, url, { method, headers: { accept: 'text/html', ...form, ...headers } });
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        settle({
          status: response.statusCode ?? 0,
          location: response.headers.location,
          cookies: response.headers['set-cookie'] ?? [],
          body: text,
        }),
      );
    });
    sent.on('error', fail);
    sent.end(body);
  });

/** Keeps cookies and follows redirects within the site. */
const createVisitor = (site: Site) => {
  const jar = new Map<string, string>();
  const visit = async (
    url: string,
    options: Parameters<typeof send>[2] = {},
  ): Promise<Answer & { url: string }> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(site, url, { ...options, headers: { ...options.headers, cookie } });
    for (const line of answer.cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const next = answer.location && new URL(answer.location, url);
    return next && next.origin === site.origin ? visit(next.href) : { ...answer, url };
  };
  return visit;
};

export const redirectUri = 'https://shop.example.com/callback';

const fieldsOf = (html: string): Texts =>
  Object.fromEntries(
    [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
      /name="([^"]*)"/.exec(tag)?.[1] ?? '',
      /value="([^"]*)"/.exec(tag)?.[1] ?? '',
    ]),
  );

interface Credentials {
  readonly client: string;
  readonly secret: string;
  readonly password: string;
}

interface SignedIn {
  /** The names of what the application got. */
  readonly tokens: readonly string[];
  /** Visits a page as the person who is signed in. */
  readonly visit: ReturnType<typeof createVisitor>;
}

/** Signs a person in through the pages and redeems the code. */
export const signIn = async (site: Site, { client, secret, password }: Credentials): Promise<SignedIn> => {
  const visit = createVisitor(site);
  const query = new URLSearchParams({
    client_id: client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    nonce: 'a-nonce-of-the-check',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  /** Fills the form that has the field of that name, or that button. */
  const submit = (page: Answer & { url: string }, name: string, fields: Texts) => {
    const forms = page.body.match(/<form[\s\S]*?<\/form>/g) ?? [];
    const form = forms.find((text) => text.includes(name)) ?? '';
    const action = /<form[^>]*action="([^"]*)"/.exec(form)?.[1] ?? page.url;
    const body = new URLSearchParams({ ...fieldsOf(form), ...fields }).toString();
    return visit(new URL(action, page.url).href, { method: 'POST', body, headers: { origin: site.origin } });
  };
  let page = await visit(`${site.origin}/oauth/authorize?${query}`);
  page = await submit(page, 'name="password"', { login: 'ada', password });
  if (page.location === undefined) page = await submit(page, 'consent-allow', { decision: 'allow' });
  const code = new URL(page.location ?? site.origin).searchParams.get('code');
  if (code === null) throw new Error(`no code: ${page.status} ${page.location} ${page.body.slice(0, 2000)}`);
  const answer = await send(site, `${site.origin}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    }).toString(),
  });
  if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${answer.body}`);
  return { tokens: Object.keys(JSON.parse(answer.body)), visit };
};
