/** A debugger of the main thread that runs in a worker. It records the order in which functions are first entered. */
import { Session } from 'node:inspector/promises';
import { parentPort } from 'node:worker_threads';
import { type CalledFunction, idOf } from '../path/called-function.ts';

const session = new Session();
session.connectToMainThread();

const scriptIds = new Map<string, string>();
const sources = new Map<string, string>();
/** Ids of functions by their breakpoints. */
const watched = new Map<string, string>();
let entered: string[] = [];

session.on('Debugger.scriptParsed', ({ params: { url, scriptId } }) => scriptIds.set(url, scriptId));
session.on('Debugger.paused', async ({ params: { hitBreakpoints = [] } }) => {
  for (const breakpointId of hitBreakpoints) {
    const id = watched.get(breakpointId);
    if (id === undefined) continue;
    entered.push(id);
    watched.delete(breakpointId);
    await session.post('Debugger.removeBreakpoint', { breakpointId });
  }
  await session.post('Debugger.resume');
});

const sourceOf = async (scriptId: string): Promise<string> => {
  const known = sources.get(scriptId);
  if (known !== undefined) return known;
  const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId });
  sources.set(scriptId, scriptSource);
  return scriptSource;
};

const positionAt = (source: string, offset: number) => {
  const lines = source.slice(0, offset).split('\n');
  return { lineNumber: lines.length - 1, columnNumber: lines.at(-1)?.length ?? 0 };
};

const watch = async (functions: readonly CalledFunction[]): Promise<number> => {
  await session.post('Debugger.enable');
  for (const called of functions) {
    const { url, start, end } = called;
    const scriptId = scriptIds.get(url);
    if (scriptId === undefined) continue;
    const source = await sourceOf(scriptId);
    // The first character still belongs to the statement that makes the function.
    const { locations } = await session.post('Debugger.getPossibleBreakpoints', {
      start: { scriptId, ...positionAt(source, start + 1) },
      end: { scriptId, ...positionAt(source, end) },
    });
    const [location] = locations;
    if (!location) continue;
    // A second breakpoint at the same location is refused.
    const { breakpointId } = await session
      .post('Debugger.setBreakpoint', { location })
      .catch(() => ({ breakpointId: '' }));
    if (breakpointId !== '') watched.set(breakpointId, idOf(called));
  }
  return watched.size;
};

const take = async (): Promise<string[]> => {
  const order = entered;
  entered = [];
  watched.clear();
  await session.post('Debugger.disable');
  return order;
};

parentPort?.on('message', async ({ id, name, argument }: { id: number; name: string; argument: never }) => {
  try {
    parentPort?.postMessage({ id, result: await (name === 'watch' ? watch(argument) : take()) });
  } catch (error) {
    parentPort?.postMessage({ id, error: String(error) });
  }
});
