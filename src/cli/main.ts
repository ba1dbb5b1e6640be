import { commandsFor } from './index.ts';
import { runAsProcess } from './process.ts';

await runAsProcess(await commandsFor(process.argv.slice(2)));
