import { createHmac } from 'node:crypto';
import { Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import { newId } from '../../store/new-id.ts';
import type { Clock, ConsumeWrite, Document, Insert, Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { insertLink, isListable, type LinkRecord, linkKey, readLink } from './record.ts';

/** A link that exists, has not expired and was not used. */
export interface OneTimeLink extends LinkRecord {
  readonly token: string;
}

type NewLink = Omit<LinkRecord, 'createdAt'>;

interface LinkDraft {
  /** What a message keeps instead of the token. */
  readonly id: string;
  readonly token: string;
  readonly write: Insert;
}

interface EnsureOptions {
  readonly lifetimeSeconds: number;
  /** Counts the message. */
  readonly isAllowed: () => Promise<boolean>;
}

interface EnsuredLink {
  readonly token: string;
  readonly isNew: boolean;
}

export interface OneTimeLinks {
  /** With `isListed`, operators can list and revoke the link (listed-links.ts). */
  draft(link: NewLink, lifetimeSeconds: number, options?: { readonly isListed?: boolean }): LinkDraft;
  /**
   * Stores the link of this id unless it is stored already, as for a message that is sent again. A new link is stored, and
   * returned, only if `isAllowed`: otherwise messages beyond a limit would fill the store with links that are not sent.
   */
  ensure(id: string, link: NewLink, options: EnsureOptions): Promise<EnsuredLink | undefined>;
  /** The token of a link that was drafted earlier. */
  tokenOf(purpose: string, id: string): string;
  /** Throws `link_gone` for an unknown, expired or used link and for one of another purpose. */
  find(purpose: string, token: string): Promise<OneTimeLink>;
  /** A link that was used a moment ago, for a form that is sent twice. */
  findJustUsed(purpose: string, token: string): Promise<LinkRecord | undefined>;
  /**
   * `commit` commits the write that it gets, together with its own. Throws `link_gone` when the link was used
   * meanwhile.
   */
  useUp<T>(link: OneTimeLink, commit: (consume: ConsumeWrite) => Promise<T>): Promise<T>;
}

/** How long after its use the same form may arrive again, as after a double click. */
const twiceWithinMs = 60_000;

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  /** The same on all processes, and never rotated. Attackers must not know it. */
  readonly secret: () => string;
}

/** One answer for every link that doesn't work, so that it says nothing about links that exist. */
export const linkGone = (): Failure =>
  new Failure({
    code: 'link_gone',
    status: 410,
    message: 'This link has expired or was already used. Ask for a new one.',
  });

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

export const createOneTimeLinks = ({ store, clock, secret }: Dependencies): OneTimeLinks => {
  const tokenOf = (purpose: string, id: string): string =>
    createHmac('sha256', `one-time link ${secret()}`)
      .update(JSON.stringify([purpose, id]))
      .digest('base64url');

  const read = async (purpose: string, token: string): Promise<Document | undefined> => {
    const [document] = tokenPattern.test(token) ? await store.read([linkKey(token)]) : [];
    return document && readLink(document).purpose === purpose ? document : undefined;
  };

  const draft = (id: string, link: NewLink, lifetimeSeconds: number, isListed: boolean): LinkDraft => {
    const token = tokenOf(link.purpose, id);
    const now = clock.now();
    const expiresAt = now + lifetimeSeconds * 1000;
    return { id, token, write: insertLink(token, { ...link, createdAt: now }, { expiresAt, isListed }) };
  };

  return {
    tokenOf,
    draft(link, lifetimeSeconds, { isListed = false } = {}) {
      let id = newId(16);
      while (isListed && !isListable(tokenOf(link.purpose, id))) id = newId(16);
      return draft(id, link, lifetimeSeconds, isListed);
    },
    async ensure(id, link, { lifetimeSeconds, isAllowed }) {
      const { token, write } = draft(id, link, lifetimeSeconds, false);
      if (await read(link.purpose, token)) return { token, isNew: false };
      if (!(await isAllowed())) return undefined;
      try {
        await store.commit([write]);
        return { token, isNew: true };
      } catch (error) {
        if (error instanceof Conflict) return { token, isNew: false };
        throw error;
      }
    },
    async find(purpose, token) {
      const document = await read(purpose, token);
      if (!document || document.consumption) throw linkGone();
      return { ...readLink(document), token };
    },
    async findJustUsed(purpose, token) {
      const document = await read(purpose, token);
      const usedAt = document?.consumption?.at ?? Number.NEGATIVE_INFINITY;
      return document && clock.now() - usedAt < twiceWithinMs ? readLink(document) : undefined;
    },
    async useUp({ token }, commit) {
      try {
        return await commit({ op: 'consume', key: linkKey(token), at: clock.now() });
      } catch (error) {
        if (error instanceof Conflict && error.key.kind === kinds.oneTimeLink) throw linkGone();
        throw error;
      }
    },
  };
};
