import { Failure } from '../../errors.ts';
import type { Form } from '../../http/pages/form.ts';
import { type ClientMetadata, type ClientRecord, clientTypeOf } from '../../services/clients/index.ts';
import type { ConsoleAnswer, ConsoleHandler, ConsoleVisit } from '../../services/console-pages/index.ts';
import { editClientPage } from '../../views/console/clients/edit.ts';
import type { ClientField } from '../../views/console/clients/fields.ts';
import { clientPath } from '../../views/console/clients/paths.ts';
import type { Difference } from '../../views/console/conflict.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { readForm, refusalOf } from './form.ts';
import { assertChangeable, findClient, mayAdminister, modelOf } from './model.ts';

type Metadata = Readonly<Record<string, ClientMetadata[string]>>;

const mainOf = ({ metadata }: ClientRecord): readonly ClientField[] => {
  const type = clientTypeOf(metadata);
  const hasRedirects = type !== 'machine' && type !== 'device';
  return [
    'client_name',
    ...(hasRedirects ? (['redirect_uris', 'post_logout_redirect_uris'] as const) : []),
    ...(type === 'issuer' ? (['audience'] as const) : []),
    'scope',
    'resources',
    ...(type === 'machine' ? [] : (['allowed_groups', 'first_party'] as const)),
  ];
};

/** A parameter of the address: what is typed would be lost by a sign-in afterwards. */
const signInFirst = 'sign-in';

const expert: readonly ClientField[] = ['more'];

const textOf = (value: ClientMetadata[string]): string => {
  if (value === undefined || value === null) return '';
  if (value === true) return 'yes';
  return Array.isArray(value) ? value.join('\n') : String(value);
};

/** The metadata without fields of their own. The id can't be changed. */
const othersOf = ({ metadata }: ClientRecord, main: readonly string[]): Metadata =>
  Object.fromEntries(
    Object.entries(metadata).filter(([name]) => name !== 'client_id' && !main.includes(name)),
  );

const valuesOf = (client: ClientRecord, main: readonly ClientField[]): Form => ({
  ...Object.fromEntries(main.map((name) => [name, textOf(client.metadata[name])])),
  more: JSON.stringify(othersOf(client, main), null, 2),
});

/** Browsers send lines with CRLF. */
const plain = (text = ''): string => text.replaceAll('\r\n', '\n').trim();

const differencesOf = (saved: Form, typed: Form): readonly Difference[] =>
  Object.entries(saved)
    .filter(([name, value]) => plain(value) !== plain(typed[name]))
    .map(([name, value]) => ({ label: name, theirs: value, yours: plain(typed[name]) }));

export const editClient = ({
  config,
  clients,
  administration,
}: Pick<ConsoleClientsDependencies, 'config' | 'clients' | 'administration'>): ConsoleHandler => {
  const show = async (
    visit: ConsoleVisit,
    client: ClientRecord,
    more: Pick<Parameters<typeof editClientPage>[1], 'errors' | 'problem' | 'differences'>,
  ): Promise<string> => {
    const main = mainOf(client);
    const { frame, csrf, form, method, isKept, hasRecentSignIn } = visit;
    return editClientPage(frame, {
      client: modelOf(client, visit),
      csrf,
      version: (isKept ? form['version'] : client.version) ?? '',
      main,
      expert,
      signIn: hasRecentSignIn ? undefined : `${clientPath(client.id)}/edit?${signInFirst}=yes`,
      values: method === 'GET' && !isKept ? valuesOf(client, main) : form,
      ...more,
    });
  };

  return async (visit): Promise<ConsoleAnswer> => {
    const { by, frame, form, method } = visit;
    const client = await findClient(clients, visit);
    assertChangeable(client);
    const isAsked = visit.query[signInFirst] !== undefined;
    if (isAsked || (method === 'GET' && mayAdminister(config, client))) visit.requireRecentSignIn();
    if (form['csrf'] === undefined) return { page: await show(visit, client, { errors: [] }) };
    const main = mainOf(client);
    const fields = [...main, ...expert];
    const { clients: text } = frame.text;
    const former = othersOf(client, main);
    const { metadata, errors } = readForm(form, fields, { text: text.fields, former });
    if (errors.length > 0) return { page: await show(visit, client, { errors }), status: 422 };
    try {
      // The service checks the metadata.
      const changes = metadata as Parameters<typeof administration.clients.update>[2];
      await administration.clients.update(by, client.id, changes, { ifVersion: form['version'] ?? '' });
      return { to: `${clientPath(client.id)}?done=saved` };
    } catch (error) {
      if (error instanceof Failure && error.code === 'version_changed') {
        const now = await findClient(clients, visit);
        const differences = differencesOf(valuesOf(now, mainOf(now)), form);
        return { page: await show(visit, now, { errors: [], differences }), status: 412 };
      }
      const refusal = refusalOf(error, form, { fields, text });
      if (refusal === undefined) throw error;
      return { page: await show(visit, client, refusal), status: 422 };
    }
  };
};
