import { basename } from 'node:path';
import type { Events } from '../../events.ts';
import type { ClaimsContext } from '../../extension.ts';
import type { AdditionalClaims } from '../../provider/claims/additional-claims.ts';
import { checkClaims } from './check-claims.ts';
import type { LoadedExtension } from './load.ts';

export interface Extensions {
  /** Rejects when an extension fails, with an error that says which and why. Absent when no extension adds claims. */
  readonly claims: AdditionalClaims | undefined;
  /** Passes events from now on. The result ends it. */
  listen(events: Events): () => void;
}

const timeLimitMs = 250;

const freezeDeep = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) freezeDeep(one);
  return Object.freeze(value);
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const withinTime = async <T>(promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not done after ${timeLimitMs} ms`)), timeLimitMs);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
};

const askOne = async ({ path, extension }: LoadedExtension, context: ClaimsContext) => {
  const fail = (what: string, cause?: unknown): Error =>
    new Error(
      `The extension ${basename(path)} ${what}, so no ${context.use} was issued to the client ${context.client.id}.`,
      { cause },
    );
  let result: unknown;
  try {
    result = await withinTime(Promise.resolve(extension.claims?.(context)));
  } catch (error) {
    throw fail(`failed: ${reasonOf(error)}`, error);
  }
  const claims = checkClaims(result);
  if (typeof claims === 'string') throw fail(claims);
  return claims;
};

/** The result of a later extension replaces a claim of the same name. */
export const runExtensions = (
  extensions: readonly LoadedExtension[],
  onError: (error: unknown) => void,
): Extensions => {
  const makers = extensions.filter(({ extension }) => extension.claims !== undefined);
  const listeners = extensions.filter(({ extension }) => extension.onEvent !== undefined);
  const claims: AdditionalClaims = async (makeContext) => {
    // A copy: freezing the account that other requests share would be visible to them.
    const context: ClaimsContext = freezeDeep(structuredClone(makeContext()));
    const results = await Promise.all(makers.map((one) => askOne(one, context)));
    return Object.assign({}, ...results);
  };
  return {
    claims: makers.length === 0 ? undefined : claims,
    listen(events) {
      const stops = listeners.map(({ path, extension }) => {
        const fail = (error: unknown): void =>
          onError(
            new Error(`The extension ${basename(path)} failed on an event: ${reasonOf(error)}`, {
              cause: error,
            }),
          );
        return events.listen((event) => {
          try {
            Promise.resolve(extension.onEvent?.(freezeDeep(structuredClone(event)))).catch(fail);
          } catch (error) {
            fail(error);
          }
        });
      });
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
};
