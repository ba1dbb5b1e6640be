import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { email, fullName, type LanguageClient, libraryEnvironment } from './language-client.ts';
import { runProgram } from './run-program.ts';

const openidconnect: LanguageClient = {
  name: 'openidconnect (Rust)',
  version: '4.1.0',
  needs: ['cargo'],
  recipe: 'library',
  callback: '/callback',
  start: '/login',
  reads: [email, fullName],
  async install(folder) {
    await cp(join(import.meta.dirname, 'apps/rust/openidconnect'), folder, { recursive: true });
    await runProgram('cargo', ['build', '--quiet'], { cwd: folder });
  },
  launch: async (context) => ({
    command: join(context.installed, 'target/debug/app'),
    args: [],
    env: libraryEnvironment(context, '/callback'),
  }),
};

export const rustClients: readonly LanguageClient[] = [openidconnect];
