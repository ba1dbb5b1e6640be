/**
 * Writes the pages of docs/clients from the recipes, so that a page says what `client add --recipe` prints. A reader sees
 * example addresses and the names CLIENT_ID, CLIENT_SECRET and RANDOM_TEXT in place of what the command fills in.
 */
import { recipeContext } from '../../src/services/recipes/context.ts';
import { recipes } from '../../src/services/recipes/index.ts';
import type {
  KnownError,
  Manual,
  Recipe,
  RecipeContext,
  RecipeSource,
  Snippet,
} from '../../src/services/recipes/recipe.ts';
import { errorsOfPostern } from './errors-of-postern.ts';
import { wrap } from './wrap.ts';

const exampleContext = (recipe: Recipe): RecipeContext => {
  const redirectUri = String([recipe.metadata(recipe.exampleUrl)['redirect_uris']].flat()[0] ?? '');
  const context = recipeContext({
    issuer: 'https://id.example.com',
    url: recipe.exampleUrl,
    clientId: 'CLIENT_ID',
    clientSecret: recipe.type === 'native' ? '' : 'CLIENT_SECRET',
    redirectUri,
  });
  return { ...context, randomText: () => 'RANDOM_TEXT' };
};

const fenceLanguages: Readonly<Record<Snippet['format'], string>> = {
  apache: 'apache',
  env: 'ini',
  ini: 'ini',
  json: 'json',
  python: 'python',
  ruby: 'ruby',
  sh: 'sh',
  toml: 'toml',
  yaml: 'yaml',
};

const generated = (from: string): string =>
  `<!-- Written by \`npm run docs:clients\` from ${from}: change that file, not this page. -->`;

/** Cells of a table end at a bar, so one in the text is escaped. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

const manualLink = ({ title, url, version }: Manual): string => `[${title}](${url}) (${version})`;

const programs = (source: Exclude<RecipeSource, { kind: 'manual' }>): string =>
  new Intl.ListFormat('en').format(source.programs.map(({ name, version }) => `${name} ${version}`));

const sourceText = ({ guide: { source } }: Recipe): string => {
  if (source.kind === 'run')
    return `**Run** with ${programs(source)}, as [interoperability](../interop.md#other-languages) says: a person signs in with what the command prints.`;
  const manual = `Written from ${manualLink(source.manual)}`;
  return source.kind === 'library'
    ? `**Its library was run**: ${programs(source)}, see [interoperability](../interop.md#other-languages). The application itself was not. ${manual}.`
    : `**Not run.** ${manual}. A test runs the same requests as the application, with the client that the command adds.`;
};

const pkceTexts: Readonly<Record<string, string>> = {
  required: 'it sends a code challenge, and has to',
  auto: 'it sends a code challenge or a nonce',
  exempt: 'it can send neither a code challenge nor a nonce',
};

const authenticationOf = ({ type }: Recipe, method: string): string => {
  if (method !== '') return `\`${method}\``;
  return type === 'native' ? 'none: it is a public client' : '`client_secret_basic`';
};

const clientRows = (recipe: Recipe): readonly (readonly string[])[] => {
  const metadata = recipe.metadata(recipe.exampleUrl);
  const textOf = (name: string): string => String(metadata[name] ?? '');
  const codeOf = (name: string): string =>
    [metadata[name] ?? []]
      .flat()
      .map((value) => `\`${value}\``)
      .join(', ');
  const pkce = textOf('pkce');
  const rows: readonly (readonly [string, string])[] = [
    ['type', `\`${recipe.type}\``],
    ['redirect URIs', codeOf('redirect_uris')],
    ['logout URIs', codeOf('post_logout_redirect_uris')],
    ['scope', codeOf('scope')],
    ['authentication', authenticationOf(recipe, textOf('token_endpoint_auth_method'))],
    ['PKCE', pkce === '' ? '' : `\`${pkce}\`: ${pkceTexts[pkce]}`],
    ['claims in ID tokens', textOf('id_token_claims') === 'all' ? 'all, so the ID token is enough' : ''],
  ];
  return rows.filter(([, value]) => value !== '');
};

const snippetText = ({ where, format, lines }: Snippet): string => {
  const reason = format === 'sh' ? ['<!-- not run: it needs the other product -->'] : [];
  const place = `In ${where}:`;
  return [place, '', ...reason, `\`\`\`${fenceLanguages[format]}`, ...lines, '```'].join('\n');
};

const bullets = (texts: readonly string[]): string => texts.map((text) => wrap(`- ${text}`, '  ')).join('\n');

/** Headings, tables, lists and fences keep their lines. */
const prose = (block: string): string => (/^[#|<-]|```/.test(block) ? block : wrap(block));

const pageOf = (blocks: readonly string[]): string => `${blocks.map(prose).join('\n\n')}\n`;

const errorRows = (errors: readonly KnownError[]): string =>
  table(
    ['message', 'cause', 'what to do'],
    errors.map(({ message, cause, remedy }) => [code(message), cause, remedy]),
  );

const command = (recipe: Recipe): string =>
  `postern client add --recipe ${recipe.name}${recipe.defaultUrl === undefined ? ` --url ${recipe.exampleUrl}` : ''}`;

const clientPage = (recipe: Recipe): string => {
  const { name, title, guide, aliases = [], notes = [] } = recipe;
  const context = exampleContext(recipe);
  const others =
    aliases.length === 0 ? '' : ` It also answers to ${aliases.map((one) => `\`${one}\``).join(', ')}.`;
  const rows = clientRows(recipe);
  return pageOf([
    generated(`src/services/recipes/${name}.ts`),
    `# ${title}`,
    sourceText(recipe),
    '## At Postern',
    `\`\`\`sh\n${command(recipe)}\n\`\`\``,
    `The command adds this client, and prints the configuration below with its id and secret.${others}`,
    table(['client', ''], rows),
    `## At ${title}`,
    ...recipe.snippets(context).map(snippetText),
    ...(notes.length === 0 ? [] : [bullets(notes)]),
    '## Groups and roles',
    guide.groups,
    'With `--allowed-group NAME`, Postern lets in only the members of a group, whatever the application does: see [who may use an application](../accounts.md#who-may-use-an-application).',
    '## Signing out',
    guide.signOut(context),
    '## Known errors',
    errorRows(guide.errors),
    'The answers of Postern itself are in [the list of applications](README.md#errors-of-postern).',
  ]);
};

const evidence: Readonly<Record<RecipeSource['kind'], string>> = {
  run: 'run',
  library: 'its library was run',
  manual: 'written from its manual',
};

const indexPage = (): string =>
  pageOf([
    generated('src/services/recipes'),
    '# Connect an application',
    'Each page says what to run at Postern, what to set in the application, and what its error messages mean. If your application has no page, see [clients](../clients.md); [the tutorial](../tutorials/protect-your-app.md) connects one that you write.',
    table(
      ['application', 'recipe', 'how it is known'],
      recipes.map(({ name, title, guide }) => [
        `[${title}](${name}.md)`,
        `\`${name}\``,
        evidence[guide.source.kind],
      ]),
    ),
    '“Run” means that the application was installed unmodified, and a person signed in with what the command prints: `npm run interop:languages`.',
    '## Errors of Postern',
    errorRows(Object.values(errorsOfPostern)),
    'The log has each refusal with its reason and the id that the error page shows. [Troubleshooting](../operations/troubleshooting.md) has every code.',
  ]);

/** The text of each page, by its name in docs/clients. */
export const clientPages = (): ReadonlyMap<string, string> =>
  new Map([
    ['README.md', indexPage()],
    ...recipes.map((recipe): [string, string] => [`${recipe.name}.md`, clientPage(recipe)]),
  ]);
