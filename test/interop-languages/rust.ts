import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { email, fullName, type LanguageClient } from './language-client.ts';
import { runProgram } from './run-program.ts';

const openidconnect: LanguageClient = {
  name: 'openidconnect (Rust)',
  version: '4.1.0',
  needs: ['cargo'],
  callback: '/callback',
  start: '/login',
  reads: [email, fullName],
  async install(folder) {
    await cp(join(import.meta.dirname, 'apps/rust/openidconnect'), folder, { recursive: true });
    await runProgram('cargo', ['build', '--quiet'], { cwd: folder });
  },
  async launch({ installed, issuer, id, secret, port }) {
    return {
      command: join(installed, 'target/debug/app'),
      args: [],
      env: { ISSUER: issuer, CLIENT_ID: id, CLIENT_SECRET: secret, PORT: String(port) },
    };
  },
};

export const rustClients: readonly LanguageClient[] = [openidconnect];
