import type { Provider } from 'oidc-provider';
import manifest from 'oidc-provider/package.json' with { type: 'json' };
import { internalsOf, Router } from '../internals.ts';
import type { Override } from './override.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** The value at one step of a path. `Session()` is a new instance of the model. */
const memberOf = (owner: Readonly<Record<string, unknown>>, step: string): unknown => {
  if (!step.endsWith('()')) return owner[step];
  const model = owner[step.slice(0, -2)];
  // Only models are written so, and their constructors take no arguments.
  return typeof model === 'function' ? Reflect.construct(model, []) : undefined;
};

const exists = (provider: Provider, path: string): boolean => {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const [first] = steps;
  // The types of the provider name fewer members than it has.
  let owner: unknown = provider;
  if (first === 'Router') owner = { Router };
  if (first === 'internals') owner = { internals: internalsOf(provider) };
  for (const step of steps) owner = isObject(owner) ? memberOf(owner, step) : undefined;
  return isObject(owner) && last in owner;
};

/** A release of oidc-provider that renames or drops what an override replaces must stop the start. */
export const assertSymbolsExist = (provider: Provider, overrides: readonly Override[]): void => {
  for (const { name, symbols } of overrides) {
    for (const symbol of symbols) {
      if (exists(provider, symbol)) continue;
      throw new Error(
        `oidc-provider ${manifest.version} has no ${symbol}, which the override ${name} replaces (src/provider/overrides/${name}.ts)`,
      );
    }
  }
};
