import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findRecipe, recipes } from '#src/services/recipes/index.ts';
import { clientPages } from '../../docs/tools/client-pages.ts';
import { errorsOfPostern } from '../../docs/tools/errors-of-postern.ts';
import { basicAuthorization, postForm, startInProcess } from '../support/setup/index.ts';

const folder = 'docs/clients';

t.test('the pages of applications are those that the recipes give', async (t) => {
  const pages = clientPages();
  t.same(globSync('*', { cwd: folder }).toSorted(), [...pages.keys()].toSorted(), 'npm run docs:clients');
  for (const [name, text] of pages) t.equal(readFileSync(join(folder, name), 'utf8'), text, name);
});

/** The programs of other languages that were run with a recipe, as docs/interop.md lists them. */
const programsThatWereRun = (): readonly string[] => {
  const [, section = ''] = readFileSync('docs/interop.md', 'utf8').split('\n## Other languages\n');
  const rows = [...section.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \| (works[^|]*) \|$/gm)];
  return rows.map(([, name, version]) => `${name} ${version}`);
};

t.test(
  'a page says that a program was run only if it was, and every one that was run has a page',
  async (t) => {
    const claimed = recipes.flatMap(({ guide: { source } }) =>
      source.kind === 'manual' ? [] : source.programs.map(({ name, version }) => `${name} ${version}`),
    );
    t.ok(claimed.length >= 8);
    t.same(claimed.toSorted(), programsThatWereRun().toSorted());
  },
);

t.test('a page that was not run names a document and its version', async (t) => {
  for (const { name, guide } of recipes) {
    if (guide.source.kind === 'run') continue;
    const { url, version } = guide.source.manual;
    t.match(url, /^https:\/\/[\w.-]+\/\S*$/, name);
    t.match(version, /\d/, name);
  }
});

t.test('every page has an error message, and says what groups and signing out do', async (t) => {
  for (const [name, text] of clientPages()) {
    if (name === 'README.md') continue;
    const [, groups = '', signOut = '', errors = ''] = text.split(
      /\n## (?:Groups and roles|Signing out|Known errors)\n/,
    );
    t.ok(groups.length > 100 && signOut.length > 30, name);
    t.match(errors, /^\| `.+` \| .+ \| .+ \|$/m, name);
  }
});

t.test('Postern answers a wrong set-up with the messages of the page', async (t) => {
  const server = await startInProcess(t);
  const add = async (name: string) => {
    const recipe = findRecipe(name);
    if (recipe === undefined) throw new Error(`no recipe ${name}`);
    const metadata = recipe.metadata(recipe.exampleUrl);
    const { id, secret } = await server.addClient({ type: recipe.type, metadata });
    return { id, secret, redirectUri: String([metadata['redirect_uris']].flat()[0]) };
  };
  const [grafana, gitlab] = [await add('grafana'), await add('gitlab')];
  /** The description of the error, in the redirect or on the page. */
  const refusal = async (parameters: Readonly<Record<string, string>>): Promise<string> => {
    const request = new URLSearchParams({ response_type: 'code', scope: 'openid', ...parameters });
    const response = await fetch(`${server.issuer}/oauth/authorize?${request}`, {
      redirect: 'manual',
      headers: { accept: 'text/html' },
    });
    const location = response.headers.get('location');
    const page = (await response.text()).replaceAll('&#39;', "'");
    return location === null ? page : (new URL(location).searchParams.get('error_description') ?? '');
  };
  const requestOf = ({ id, redirectUri }: typeof grafana) => ({ client_id: id, redirect_uri: redirectUri });
  const other = await refusal({ ...requestOf(grafana), redirect_uri: 'https://grafana.example.org/login' });
  t.ok(other.includes(errorsOfPostern.redirectUri.message));
  t.ok(other.includes('https://grafana.example.org/login') && other.includes(grafana.redirectUri));
  t.equal(await refusal(requestOf(grafana)), errorsOfPostern.challenge.message);
  t.equal(await refusal(requestOf(gitlab)), errorsOfPostern.challengeOrNonce.message);
  const withGroups = { ...requestOf(gitlab), nonce: 'a-nonce', scope: 'openid groups' };
  t.equal(await refusal(withGroups), errorsOfPostern.scope.message);
  const unknown = await refusal({ ...requestOf(gitlab), client_id: 'gitlap' });
  t.ok(unknown.includes(errorsOfPostern.unknownClient.message));
  const { status, body } = await postForm(
    `${server.issuer}/oauth/token`,
    { grant_type: 'authorization_code', code: 'a-code', redirect_uri: grafana.redirectUri },
    basicAuthorization(grafana.id, 'another-secret'),
  );
  t.equal(status, 401);
  t.equal(body['error_description'], errorsOfPostern.secret.message);
});
