/**
 * Clients in other languages, unmodified from their registries, against a server of this checkout. Each signs a person in
 * twice: with a bare `client add` and its own defaults, and with what `client add --recipe` prints. A client counts when
 * the person arrives with the e-mail and name that it reads. Agents of the Model Context Protocol register themselves.
 *
 * `npm run interop:languages`, or with the beginnings of names: `npm run interop:languages -- authlib spring`. What is
 * installed is kept in a folder for temporary files. To add a client, write its application in `apps/` and add it to the
 * file of its language.
 */

import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from 'postern/testing';
import { type Agent, agents, runAgent } from './agents.ts';
import { languageClients } from './clients.ts';
import type { LanguageClient } from './language-client.ts';
import { findProgram } from './run-program.ts';
import { startServers } from './servers.ts';
import { type Outcome, signInTwice } from './sign-in.ts';

const begins = process.argv.slice(2).map((name) => name.toLowerCase());
const isChosen = ({ name }: { readonly name: string }): boolean =>
  begins.length === 0 || begins.some((begin) => name.toLowerCase().startsWith(begin));

/** Installs a client unless an earlier run has. */
const install = async (client: LanguageClient | Agent): Promise<string> => {
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
  readonly client: LanguageClient | Agent;
  readonly results: readonly string[];
}

const problems: string[] = [];

const textOf = (name: string, outcome: Outcome | undefined): string => {
  if (outcome === undefined) return 'no recipe';
  if (outcome === 'works') return outcome;
  problems.push(`${name}: ${outcome.problem}`);
  return 'fails';
};

const servers = await startServers();

const runClient = async (client: LanguageClient, installed: string): Promise<readonly string[]> => {
  const server = await (client.https ? servers.secure() : servers.plain());
  const { bare, recipe } = await signInTwice(client, installed, server);
  return [textOf(`${client.name}, bare`, bare), textOf(`${client.name}, with recipe`, recipe)];
};

const runOneAgent = async (agent: Agent, installed: string): Promise<readonly string[]> => {
  const port = await freePort();
  const resource = `http://localhost:${port}/mcp`;
  const { issuer } = await servers.forAgents(resource);
  return [textOf(agent.name, await runAgent(agent, { installed, issuer, resource, port }))];
};

const resultsOf = async <Client extends LanguageClient | Agent>(
  client: Client,
  run: (client: Client, installed: string) => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  for (const program of client.needs) {
    if ((await findProgram(program)) === undefined) return [`not run: needs ${program}`];
  }
  let installed: string;
  try {
    installed = await install(client);
  } catch (error) {
    problems.push(`${client.name}: ${error}`);
    return ['not run: not installed'];
  }
  return run(client, installed);
};

const rowsOf = async <Client extends LanguageClient | Agent>(
  clients: readonly Client[],
  run: (client: Client, installed: string) => Promise<readonly string[]>,
): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const client of clients.filter(isChosen)) {
    const results = await resultsOf(client, run);
    console.error(`${client.name}: ${results.join(', ')}`);
    rows.push({ client, results });
  }
  return rows;
};

const printTable = (head: readonly string[], rows: readonly Row[]): void => {
  if (rows.length === 0) return;
  console.log(`| ${head.join(' | ')} |\n|${' --- |'.repeat(head.length)}`);
  for (const { client, results } of rows) {
    const [first = ''] = results;
    const cells = head.slice(2).map((_, column) => results[column] ?? first);
    console.log(`| ${[client.name, client.version, ...cells].join(' | ')} |`);
  }
};

let clientRows: readonly Row[] = [];
let agentRows: readonly Row[] = [];
try {
  clientRows = await rowsOf(languageClients, runClient);
  agentRows = await rowsOf(agents, runOneAgent);
} finally {
  await servers.stop();
}

const count = (column: number, text: string): number =>
  clientRows.filter(({ results }) => results[column] === text).length;
printTable(['client', 'version', 'bare `client add`', 'with recipe'], clientRows);
console.log(`\n${count(0, 'works')} work with a bare client add, ${count(1, 'works')} with a recipe.\n`);
printTable(['agent', 'version', 'registers and signs in'], agentRows);
if (problems.length > 0) console.log(`\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
const agentsFail = agentRows.some(({ results }) => results[0] === 'fails');
process.exitCode = count(1, 'fails') === 0 && !agentsFail ? 0 : 1;
