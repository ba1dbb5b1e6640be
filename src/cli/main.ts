import { commandsFor } from './index.ts';
import { runProcess } from './process.ts';

await runProcess(await commandsFor(process.argv.slice(2)));
