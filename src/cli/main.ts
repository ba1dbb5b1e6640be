import { commandsFor } from './index.ts';
import { runAsProcess } from './process.ts';

// CommonJS, the format of the bundle, has no await at this level.
void commandsFor(process.argv.slice(2)).then(runAsProcess);
