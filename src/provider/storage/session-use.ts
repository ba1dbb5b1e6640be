import type { Document } from '../../store/port.ts';
import { findRequestOrigin } from '../request-context.ts';

/** The browser and address of a sign-in. They are what the request said, and prove nothing. */
export interface SignInOrigin {
  readonly userAgent?: string;
  readonly address?: string;
}

/** The last use of the session by its browser, at most five minutes behind. */
export interface LastUse {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly address?: string;
}

const originField = '.from';
const lastUseField = '.used';

const writeEveryMs = 5 * 60_000;
const maxUserAgentLength = 200;

/**
 * The fields that this request adds to a session. They go with a write that takes place anyway, and the last use is
 * written every five minutes only, so that a session that is used often doesn't grow the log of the store.
 */
export const useFields = (
  before: Document | undefined,
  { isSignIn, now }: { readonly isSignIn: boolean; readonly now: number },
): Readonly<Record<string, string>> => {
  const used = before && lastUseOf(before);
  if (!isSignIn && used && now - used.at < writeEveryMs) return {};
  const { userAgent, address } = findRequestOrigin();
  return {
    ...(isSignIn && { [originField]: JSON.stringify([userAgent?.slice(0, maxUserAgentLength), address]) }),
    [lastUseField]: JSON.stringify([now, address]),
  };
};

const arrayIn = (text: string | undefined): readonly unknown[] =>
  text === undefined ? [] : JSON.parse(text);

/** Sessions of an earlier release have no origin. */
export const signInOriginOf = ({ fields }: Document): SignInOrigin => {
  const [userAgent, address] = arrayIn(fields[originField]);
  return {
    ...(typeof userAgent === 'string' && { userAgent }),
    ...(typeof address === 'string' && { address }),
  };
};

export const lastUseOf = ({ fields }: Document): LastUse | undefined => {
  const [at, address] = arrayIn(fields[lastUseField]);
  return typeof at === 'number' ? { at, ...(typeof address === 'string' && { address }) } : undefined;
};
