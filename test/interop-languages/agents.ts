import { spawn } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { followPages } from '../support/follow-pages.ts';
import { Browser } from '../support/setup/index.ts';
import { person } from './person.ts';
import { installPackages } from './python.ts';
import { runProgram } from './run-program.ts';
import type { Outcome } from './sign-in.ts';

interface AgentContext {
  readonly installed: string;
  readonly issuer: string;
  /** The address of the MCP server, which the program serves. */
  readonly resource: string;
  readonly port: number;
}

/** A client of the Model Context Protocol that registers itself (RFC 7591). */
export interface Agent {
  readonly name: string;
  readonly version: string;
  readonly needs: readonly string[];
  /** What the program prints when the person arrived. */
  readonly shows: RegExp;
  install(folder: string): Promise<void>;
  command(context: AgentContext): readonly [program: string, ...args: string[]];
}

const apps = join(import.meta.dirname, 'apps');

const mcpSdk: Agent = {
  name: 'MCP SDK for TypeScript (`@modelcontextprotocol/client`)',
  version: '2.4.0',
  needs: ['node', 'npm'],
  shows: /"arrived":"[^"]+","refreshed":true/,
  async install(folder) {
    const packages = ['@modelcontextprotocol/client@2.4.0', 'jose@6.2.17'];
    await runProgram('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder });
    await copyFile(join(apps, 'node/mcp-sdk.mjs'), join(folder, 'mcp-sdk.mjs'));
  },
  command: ({ installed }) => ['node', join(installed, 'mcp-sdk.mjs')],
};

const fastMcp: Agent = {
  name: 'FastMCP (server and client)',
  version: '4.2.3',
  needs: ['python3'],
  shows: /"arrived": "[^"]+"/,
  install: (folder) => installPackages(folder, ['fastmcp==4.2.3']),
  command: ({ installed }) => [
    join(installed, 'environment/bin/python'),
    join(apps, 'python/fastmcp_app.py'),
  ],
};

export const agents: readonly Agent[] = [mcpSdk, fastMcp];

const maxMilliseconds = 180_000;

/** Runs the program, opens the address that it prints as the person would, and reads who arrived. */
export const runAgent = async (agent: Agent, context: AgentContext): Promise<Outcome> => {
  const [program, ...args] = agent.command(context);
  const child = spawn(program, args, {
    env: {
      PATH: process.env['PATH'],
      HOME: context.installed,
      BROWSER: 'echo %s',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      ISSUER: context.issuer,
      RESOURCE: context.resource,
      PORT: String(context.port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: maxMilliseconds,
  });
  let output = '';
  let visited: Promise<unknown> | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const address = /(http\S+\/oauth\/authorize\?\S+)\s/.exec(output)?.[1];
      if (address === undefined || visited !== undefined) return;
      visited = followPages(new Browser(), address, person).catch((error: unknown) => {
        output += String(error);
        child.kill();
      });
    });
  }
  await new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  await visited;
  return agent.shows.test(output) ? 'works' : { problem: output.slice(-1200) };
};
