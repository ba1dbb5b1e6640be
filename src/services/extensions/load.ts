import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { exitCode, Failure } from '../../errors.ts';
import type { Extension } from '../../extension.ts';
import { findWritableByOthers } from './writable-by-others.ts';

export interface LoadedExtension {
  readonly path: string;
  readonly extension: Extension;
}

const refuse = (message: string, cause?: unknown): Failure =>
  new Failure({ code: 'bad_configuration', message, exit: exitCode.configuration, cause });

const members = new Set(['claims', 'onEvent']);

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const extensionIn = (path: string, exported: unknown): Extension => {
  if (!isPlainObject(exported))
    throw refuse(
      `The extension ${path} has no plain object as its default export: export default { claims(context) {} }.`,
    );
  for (const [name, member] of Object.entries(exported)) {
    if (!members.has(name))
      throw refuse(
        `The extension ${path} exports ${name}, which nothing calls; it may have claims and onEvent.`,
      );
    if (typeof member !== 'function')
      throw refuse(`The extension ${path} exports ${name}, which has to be a function.`);
  }
  if (Object.keys(exported).length === 0)
    throw refuse(`The extension ${path} has neither claims nor onEvent.`);
  // Its members are functions of these names. What they return is checked at each call.
  return exported as Extension;
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const load = async (path: string): Promise<LoadedExtension> => {
  if (!existsSync(path)) throw refuse(`The extension ${path} does not exist.`);
  const writable = findWritableByOthers(path);
  if (writable !== undefined)
    throw refuse(
      `The extension ${path} is not loaded, because other users may write ${writable}: chmod go-w ${writable}`,
    );
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    throw refuse(`The extension ${path} can't be loaded: ${reasonOf(error)}`, error);
  }
  return { path, extension: extensionIn(path, module.default) };
};

/** Loads the modules in the order of the configuration. Any mistake stops the start. */
export const loadExtensions = async (paths: readonly string[]): Promise<readonly LoadedExtension[]> => {
  const loaded: LoadedExtension[] = [];
  for (const path of paths) loaded.push(await load(path));
  return loaded;
};
