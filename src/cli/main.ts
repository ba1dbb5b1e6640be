import { commands } from './index.ts';
import { runProcess } from './process.ts';

await runProcess(commands);
