/**
 * Which files one code exchange runs through: `npm run path -- [--store embedded] [--functions]`. It starts a server
 * as operators do, warms it, and asks V8 which functions of `src`, `config` and `adapters` run between a request and
 * its answer. It prints the files in the order in which they are entered.
 */
import { parseArgs } from 'node:util';
import { fileOf } from './path/called-function.ts';
import { tracedStores, traceExchange } from './path/exchange.ts';

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'redis' },
    functions: { type: 'boolean', default: false },
  },
});

const store = tracedStores.find((name) => name === values.store);
if (!store) throw new Error(`there is no store ${values.store}: ${tracedStores.join(', ')}`);
const functions = await traceExchange(store);
const byFile = Map.groupBy(functions, (called) => fileOf(called) ?? '');
for (const [file, called] of byFile) {
  process.stdout.write(`${file}\n`);
  if (!values.functions) continue;
  for (const { name, count } of called) process.stdout.write(`    ${name || '(anonymous)'} × ${count}\n`);
}
process.stdout.write(`${byFile.size} files, ${functions.length} functions\n`);
