/**
 * Clients in other languages, unmodified from their registries, against a server of this checkout. Each signs a person in
 * twice: with a bare `client add` and its own defaults, and with what `client add --recipe` prints. A client counts when
 * the person arrives with the e-mail and name that it reads.
 *
 * `npm run interop:languages`, or with the beginnings of names: `npm run interop:languages -- authlib spring`. What is
 * installed is kept in a folder for temporary files. To add a client, write its application in `apps/` and add it to the
 * file of its language.
 */

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from 'postern/testing';
import { languageClients } from './clients.ts';
import type { LanguageClient } from './language-client.ts';
import { findProgram } from './run-program.ts';
import { type Outcome, person, signInTwice } from './sign-in.ts';

const begins = process.argv.slice(2).map((name) => name.toLowerCase());
const chosen = languageClients.filter(
  ({ name }) => begins.length === 0 || begins.some((begin) => name.toLowerCase().startsWith(begin)),
);

/** Installs a client unless an earlier run has. */
const install = async (client: LanguageClient): Promise<string> => {
  const name = `${client.name} ${client.version}`.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-');
  const folder = join(tmpdir(), 'postern-interop-languages', name);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await client.install(folder);
  await writeFile(done, '');
  return folder;
};

interface Row {
  readonly client: LanguageClient;
  readonly bare: string;
  readonly recipe: string;
}

const problems: string[] = [];

const textOf = (client: LanguageClient, column: string, outcome: Outcome | undefined): string => {
  if (outcome === undefined) return 'no recipe';
  if (outcome === 'works') return outcome;
  problems.push(`${client.name}, ${column}: ${outcome.problem}`);
  return 'fails';
};

const folder = await mkdtemp(join(tmpdir(), 'postern-interop-store-'));
const store = `sqlite:${join(folder, 'store.db')}`;
const server = await startServer({
  settings: {
    store: { url: store },
    accounts: [
      {
        username: person.login,
        password: person.password,
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        email_verified: true,
        given_name: 'Ada',
        family_name: 'Lovelace',
      },
    ],
  },
});

const runClient = async (client: LanguageClient): Promise<Row> => {
  for (const program of client.needs) {
    if ((await findProgram(program)) !== undefined) continue;
    const notRun = `not run: needs ${program}`;
    return { client, bare: notRun, recipe: notRun };
  }
  try {
    const installed = await install(client);
    const { bare, recipe } = await signInTwice(client, installed, { issuer: server.issuer, store });
    return {
      client,
      bare: textOf(client, 'bare', bare),
      recipe: textOf(client, 'with recipe', recipe),
    };
  } catch (error) {
    problems.push(`${client.name}: ${error}`);
    return { client, bare: 'not run: not installed', recipe: 'not run: not installed' };
  }
};

const rows: Row[] = [];
try {
  for (const client of chosen) {
    const row = await runClient(client);
    console.error(`${client.name}: ${row.bare}, ${row.recipe}`);
    rows.push(row);
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

const count = (column: 'bare' | 'recipe', text: string): number =>
  rows.filter((row) => row[column] === text).length;
console.log('| client | version | bare `client add` | with recipe |\n| --- | --- | --- | --- |');
for (const { client, bare, recipe } of rows) {
  console.log(`| ${client.name} | ${client.version} | ${bare} | ${recipe} |`);
}
console.log(
  `\n${count('bare', 'works')} work with a bare client add, ${count('recipe', 'works')} with a recipe.`,
);
if (problems.length > 0) console.log(`\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
process.exitCode = count('recipe', 'fails') === 0 ? 0 : 1;
