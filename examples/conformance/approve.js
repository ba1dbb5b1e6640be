// Approves or denies CIBA requests as the account `ada`, when the suite asks for it (automated_ciba_approval_url).
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parse } from 'yaml';

const { CONFIG = 'postern.yaml', PORT = '3690' } = process.env;
const { issuer, accounts, clients } = parse(readFileSync(CONFIG, 'utf8'));
const ISSUER = process.env.ISSUER ?? issuer;
const ada = accounts.find(({ username }) => username === 'ada');
const basic = clients.find(({ client_id }) => client_id === 'basic');

/** A browser with the cookies of this server, which follows redirects until they leave it. */
const cookies = new Map();
const open = async (url, fields) => {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
      ...(fields && { origin: ISSUER }),
    },
    ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    cookies.set(name, value);
  }
  const next = response.headers.get('location');
  const target = next && new URL(next, url);
  return target?.origin === ISSUER ? open(target.href) : response.text();
};

const formsIn = (page) =>
  [...page.matchAll(/<form[^>]*action="([^"]*)"[\s\S]*?<\/form>/g)].map(([form, action]) => ({
    action: new URL(action.replaceAll('&amp;', '&'), ISSUER).href,
    fields: Object.fromEntries(
      [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map((input) =>
        input.slice(1),
      ),
    ),
  }));

const signIn = async () => {
  const request = { client_id: 'basic', redirect_uri: basic.redirect_uris[0], response_type: 'code' };
  const page = await open(
    `${ISSUER}/oauth/authorize?${new URLSearchParams({ ...request, scope: 'openid' })}`,
  );
  const [form] = formsIn(page);
  if (form) await open(form.action, { ...form.fields, login: ada.username, password: ada.password });
};

/** The tests of a plan run one after another, so every pending request is the one that is meant. */
const decide = async (decision) => {
  await signIn();
  const forms = formsIn(await open(`${ISSUER}/account/requests`)).filter(({ fields }) => fields.request);
  for (const { action, fields } of forms) await open(action, { ...fields, decision });
  return forms.length;
};

createServer(async (request, response) => {
  const { searchParams } = new URL(request.url, 'http://localhost');
  try {
    const decision = searchParams.get('action') === 'allow' ? 'allow' : 'deny';
    response.end(`${await decide(decision)} requests: ${decision}\n`);
  } catch (error) {
    response.writeHead(502).end(`${error.message}\n`);
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${PORT}`));
