import { type AdapterPayload, errors } from 'oidc-provider';
import type { Key } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { modelKey } from './ids.ts';
import { type AdapterDependencies, ModelAdapter } from './model-adapter.ts';

export interface PushedRequestLimits {
  /** Seconds that the longest interaction lives. */
  readonly interactionLifetime: number;
}

/** A request that looked for the mark before it was committed may store its interaction that much later. */
const graceMs = 60_000;

const requestKey = (id: string): Key | undefined => modelKey('PushedAuthorizationRequest', id);

const markOf = (key: Key): Key => ({ ...key, kind: kinds.usedPushedRequest });

const alreadyUsed = (): Error => new errors.InvalidRequestUri('request_uri was already used');

/** Refuses an interaction of a pushed request that has led to an authorization response. */
export const refuseUsedPushedRequest = async (work: UnitOfWork, id: string): Promise<void> => {
  const key = requestKey(id);
  if (key && (await work.read(markOf(key)))) throw alreadyUsed();
};

/**
 * A pushed request lives for a minute, and the interactions that several browsers have begun with it live for longer. So
 * its use is a record of its own, which outlives them: no interaction begins once it is there.
 */
export class PushedRequestAdapter extends ModelAdapter {
  readonly #interactionLifetimeMs: number;

  constructor(dependencies: AdapterDependencies & PushedRequestLimits) {
    super('PushedAuthorizationRequest', dependencies);
    this.#interactionLifetimeMs = dependencies.interactionLifetime * 1000;
  }

  /** The engine consumes only what it finds, so a request that is gone is found as one that has expired. */
  override async find(id: string): Promise<AdapterPayload | undefined> {
    const key = requestKey(id);
    if (!key) return undefined;
    const work = this.unitOfWork();
    const [document, mark] = await Promise.all([work.read(key), work.read(markOf(key))]);
    const payload = document
      ? this.decode(document, id)
      : { jti: id, kind: 'PushedAuthorizationRequest', exp: 0 };
    return payload && mark ? { ...payload, consumed: true } : payload;
  }

  override async consume(id: string): Promise<undefined> {
    const key = requestKey(id);
    if (!key) return;
    const at = this.clock.now();
    const expiresAt = at + this.#interactionLifetimeMs + graceMs;
    await this.change((work) => {
      const onConflict = () => ({ error: alreadyUsed() });
      work.stage({ op: 'insert', key: markOf(key), body: '', expiresAt }, { onConflict });
      // Servers of the release before look for the consumption of the record, which may expire until the commit.
      if (work.peek(key))
        work.stage(
          { op: 'consume', key, at },
          {
            onConflict: ({ reason }) => (reason === 'absent' ? 'already done' : { error: alreadyUsed() }),
          },
        );
    });
  }
}
