import type { Form } from '../../http/pages/form.ts';
import { newId } from '../../store/new-id.ts';
import type { Clock, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

/** What a person typed into a form whose POST needed a fresh sign-in. */
interface KeptRecord {
  readonly account: string;
  /** Of the form. */
  readonly path: string;
  readonly fields: Form;
}

type Place = Pick<KeptRecord, 'account' | 'path'>;

export interface KeptInput {
  /** The id for the address of the form after the sign-in. */
  keep(place: Place, form: Form): Promise<string>;
  /** Undefined for the input of another person or form, and for what was kept too long ago. */
  find(place: Place, id: string | undefined): Promise<Form | undefined>;
}

const format = record<KeptRecord>('keptInput');
const keyOf = (id: string): Key => ({ kind: kinds.keptInput, family: id, id: '' });

/** Longer than a sign-in may take. */
const keptMs = 30 * 60_000;
const idPattern = /^[\w-]{24}$/;

/** The form has a new token after the sign-in, and a secret is never stored in clear. */
const isLeftOut = (name: string): boolean => name === 'csrf' || /password|secret/i.test(name);

export const createKeptInput = ({
  store,
  clock,
}: {
  readonly store: Store;
  readonly clock: Clock;
}): KeptInput => ({
  async keep(place, form) {
    const id = newId(18);
    const fields = Object.fromEntries(Object.entries(form).filter(([name]) => !isLeftOut(name)));
    const body = format.encode({ ...place, fields });
    await store.commit([{ op: 'put', key: keyOf(id), body, expiresAt: clock.now() + keptMs }]);
    return id;
  },
  async find({ account, path }, id) {
    if (id === undefined || !idPattern.test(id)) return undefined;
    const [document] = await store.read([keyOf(id)]);
    if (document === undefined) return undefined;
    const kept = format.decode(document.body);
    return kept.account === account && kept.path === path ? kept.fields : undefined;
  },
});
