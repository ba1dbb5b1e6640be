import { fileURLToPath } from 'node:url';
import { type Owner, startProgram } from './setup/index.ts';

/** Starts a stock oidc-provider with a client `downstream`: the server of this issuer, which calls it `stock`. */
export const startStockProvider = async (owner: Owner, downstream: string) => {
  const file = fileURLToPath(import.meta.resolve('./stock-provider-process.ts'));
  const program = startProgram(owner, file, [downstream]);
  const [, issuer = ''] = await program.waitForOutput(/listening at (\S+)/);
  return { issuer, stop: program.stop };
};
