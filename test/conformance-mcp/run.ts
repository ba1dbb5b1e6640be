/**
 * Runs the conformance tool of the Model Context Protocol for authorization servers, as it comes from npm, against a
 * server of this checkout: without a resource, with an API that has default scopes, and with one that has no scopes.
 * `npm run conformance:mcp` fetches the tool; it is no dependency, because it brings 50 MB along.
 */
import { spawn } from 'node:child_process';
import { freePort, startServer } from 'postern/testing';
import { Browser } from '../support/setup/browser.ts';

const tool = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
const person = { login: 'ada', password: 'correct horse battery' };
const withScopes = 'https://mcp.example.com/notes';
const withoutScopes = 'https://mcp.example.com/plain';

const port = await freePort();
await using server = await startServer({
  settings: {
    accounts: [{ username: person.login, password: person.password, name: 'Ada Lovelace' }],
    resources: [
      {
        audience: withScopes,
        scopes: ['notes:read', 'notes:write'],
        default_scopes: ['notes:read'],
        self_described_clients: true,
      },
      { audience: withoutScopes, self_described_clients: true },
    ],
    registration: { enabled: true },
  },
});

/** Registers as an agent does. */
const register = async (): Promise<string> => {
  const response = await fetch(`${server.issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'MCP conformance',
      redirect_uris: [`http://127.0.0.1:${port}/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }),
  });
  const { client_id: id } = await response.json();
  return id;
};

/** Does what the tool asks a person to do: sign in and allow. Returns to the tool with the code. */
const visit = async (url: string): Promise<void> => {
  const browser = new Browser();
  let page = await browser.open(url);
  if (page.body.includes('login-submit')) page = await browser.submit(page, person);
  if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
  const back = page.headers.get('location');
  if (back === null) throw new Error(`no way back to the tool: ${page.status} ${page.body.slice(0, 300)}`);
  await fetch(back);
};

const maxMilliseconds = 120_000;

/** Runs the tool once, and returns whether it passed. */
const run = async (title: string, args: readonly string[]): Promise<boolean> => {
  console.log(`\n# ${title}`);
  const id = await register();
  const command = ['authorization', '--url', server.issuer, '--client-id', id, '--port', String(port)];
  const child = spawn(
    'npm',
    ['exec', '--yes', `--package=${tool}`, '--', 'conformance', ...command, ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: maxMilliseconds,
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    const before = output;
    output += text;
    const url = /^(http\S+\/oauth\/authorize\?\S+)\s/m;
    const [, found] = url.exec(output) ?? [];
    if (found === undefined || url.test(before)) return;
    visit(found).catch((error: unknown) => {
      console.error(String(error));
      child.kill();
    });
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return code === 0;
};

const passed = [
  await run('without a resource', []),
  await run('an API with default scopes', ['--resource', withScopes]),
  await run('an API without scopes', ['--resource', withoutScopes]),
];
const failed = passed.filter((one) => !one).length;
console.log(`\n${passed.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
