import { hash, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Document, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Exchange } from './send.ts';
import type { DecodedToken } from './tokens.ts';

/** What one browser has done in one tab. It is stored as JSON under these names. */
export interface Journal {
  /** The requests and responses, by the name of the step or the attack. */
  readonly exchanges: Readonly<Record<string, readonly Exchange[]>>;
  /** The step whose button was pressed last. */
  readonly last?: string;
  /** The endpoints that the metadata named. */
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly request?: {
    readonly url: string;
    readonly state: string;
    readonly nonce?: string;
    readonly verifier?: string;
    readonly challenge?: string;
  };
  /** The parameters of the redirect to the client. */
  readonly answer?: Readonly<Record<string, string>>;
  readonly tokens?: {
    readonly access: string;
    readonly id?: string;
    readonly refresh?: string;
  };
  /** The refresh token that was used and replaced. */
  readonly spent?: string;
  readonly readings?: readonly DecodedToken[];
  readonly key?: { readonly secret: JWK; readonly open: JWK; readonly thumbprint: string };
  readonly device?: { readonly code: string; readonly userCode: string; readonly link: string };
  readonly signedOut?: boolean;
}

const emptyJournal: Journal = { exchanges: {} };
const format = record<{ readonly journal: Journal }>('playground');

export interface JournalCipher {
  encrypt(text: string, context: string): string;
  decrypt(encrypted: string, context: string): string;
}

interface OpenJournal {
  readonly journal: Journal;
  save(next: Journal): Promise<void>;
}

const lifetimeMs = 3_600_000;

export const createBrowserId = (): string => randomBytes(32).toString('base64url');

export const isBrowserId = (text: string | undefined): text is string =>
  text !== undefined && /^[\w-]{43}$/.test(text);

/** A journal holds tokens: it is encrypted at rest, found by a digest of the cookie only, and expires in an hour. */
export const createJournals = (store: Store, clock: Clock, cipher: JournalCipher) => {
  const journalKey = (browser: string, tab: string): Key => ({
    kind: kinds.playground,
    family: hash('sha256', browser, 'base64url').slice(0, 24),
    id: tab,
  });
  const encryptionContext = ({ family, id }: Key): string => `playground ${family} ${id}`;

  /** A journal that another release or another key wrote can't be read. The tab then starts again. */
  const read = (key: Key, { body }: Document): Journal => {
    try {
      return format.decode(cipher.decrypt(body, encryptionContext(key))).journal;
    } catch {
      return emptyJournal;
    }
  };

  const openJournal = (key: Key, stored: Document | undefined): OpenJournal => ({
    journal: stored ? read(key, stored) : emptyJournal,
    async save(next) {
      const content = {
        key,
        body: cipher.encrypt(format.encode({ journal: next }), encryptionContext(key)),
        expiresAt: clock.now() + lifetimeMs,
      };
      try {
        await store.commit([
          stored ? { op: 'replace', expected: stored.body, ...content } : { op: 'insert', ...content },
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
    async open(browser: string | undefined, tab: string): Promise<OpenJournal> {
      if (browser === undefined) return { journal: emptyJournal, save: async () => {} };
      const key = journalKey(browser, tab);
      const [document] = await store.read([key]);
      return openJournal(key, document);
    },
    remove: (browser: string, tab: string): Promise<void> =>
      store.commit([{ op: 'remove', key: journalKey(browser, tab) }]),
  };
};
