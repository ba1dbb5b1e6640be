import { hash, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Document, Key, Store } from '../../store/port.ts';
import type { Reading } from './tokens.ts';
import type { Exchange } from './wire.ts';

/** What one browser has done in one tab so far. */
export interface Journal {
  /** By the name of the step or of what was broken on purpose. */
  readonly exchanges: Readonly<Record<string, readonly Exchange[]>>;
  /** The step that was done, or broken, last. */
  readonly last?: string;
  /** As the discovery document says. */
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly request?: {
    readonly url: string;
    readonly state: string;
    readonly nonce?: string;
    readonly verifier?: string;
    readonly challenge?: string;
  };
  /** The parameters of the redirect back. */
  readonly answer?: Readonly<Record<string, string>>;
  readonly tokens?: {
    readonly access: string;
    readonly id?: string;
    readonly refresh?: string;
  };
  /** The refresh token that was rotated away. */
  readonly spent?: string;
  readonly readings?: readonly Reading[];
  readonly key?: { readonly secret: JWK; readonly open: JWK; readonly thumbprint: string };
  readonly device?: { readonly code: string; readonly userCode: string; readonly link: string };
  readonly signedOut?: boolean;
}

const blank: Journal = { exchanges: {} };
const version = 1;

interface Box {
  seal(text: string, place: string): string;
  open(sealed: string, place: string): string;
}

export interface Opened {
  readonly journal: Journal;
  keep(next: Journal): Promise<void>;
}

const lifetimeMs = 3_600_000;

export const newBrowserId = (): string => randomBytes(32).toString('base64url');

export const isBrowserId = (text: string | undefined): text is string =>
  text !== undefined && /^[\w-]{43}$/.test(text);

/** Tokens are in it, so it is encrypted at rest, filed under a digest of the cookie, and gone after an hour. */
export const createJournals = (store: Store, clock: Clock, box: Box) => {
  const keyOf = (browser: string, tab: string): Key => ({
    kind: 'playground',
    family: hash('sha256', browser, 'base64url').slice(0, 24),
    id: tab,
  });
  const placeOf = ({ family, id }: Key): string => `playground ${family} ${id}`;

  /** What another release or another key wrote is an hour of play at most: begun again. */
  const read = (key: Key, { body }: Document): Journal => {
    try {
      const { v, journal } = JSON.parse(box.open(body, placeOf(key)));
      return v === version ? journal : blank;
    } catch {
      return blank;
    }
  };

  const opened = (key: Key, before: Document | undefined): Opened => ({
    journal: before ? read(key, before) : blank,
    async keep(next) {
      const content = {
        key,
        body: box.seal(JSON.stringify({ v: version, journal: next }), placeOf(key)),
        expiresAt: clock.now() + lifetimeMs,
      };
      try {
        await store.commit([
          before ? { op: 'replace', expected: before.body, ...content } : { op: 'insert', ...content },
        ]);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        throw new Failure({
          code: 'playground_changed',
          status: 409,
          message: 'Another window went on with this in the meantime: go back and load the page again.',
          cause: error,
        });
      }
    },
  });

  return {
    async open(browser: string | undefined, tab: string): Promise<Opened> {
      if (browser === undefined) return { journal: blank, keep: async () => {} };
      const key = keyOf(browser, tab);
      const [document] = await store.read([key]);
      return opened(key, document);
    },
    forget: (browser: string, tab: string): Promise<void> =>
      store.commit([{ op: 'remove', key: keyOf(browser, tab) }]),
  };
};
