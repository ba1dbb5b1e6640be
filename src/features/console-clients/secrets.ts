import { Failure } from '../../errors.ts';
import { type ClientRecord, type NewSecret, needsSecret } from '../../services/clients/index.ts';
import {
  type ConsoleAnswer,
  type ConsoleHandler,
  type ConsoleVisit,
  doneMessageOf,
} from '../../services/console-pages/index.ts';
import { environmentBlock } from '../../services/recipes/connection.ts';
import { newSecretPage } from '../../views/console/clients/created.ts';
import { clientPath } from '../../views/console/clients/paths.ts';
import { secretsPage } from '../../views/console/clients/secrets.ts';
import type { FieldError } from '../../views/fields.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { findClient, modelOf, nameOf } from './model.ts';

const dayMs = 86_400_000;
const maxDays = 3650;
const maxHours = 8760;

/** Undefined for an empty field, `'wrong'` for what is no number in the range. */
const numberIn = (text = '', max: number): number | 'wrong' | undefined => {
  const typed = text.trim();
  if (typed === '') return undefined;
  return /^\d{1,5}$/.test(typed) && Number(typed) <= max ? Number(typed) : 'wrong';
};

const isAboutInput = ({ status }: Failure): boolean => status === 409 || status === 422 || status === 400;

export const secrets = ({
  config,
  clients,
  administration,
  clock,
}: ConsoleClientsDependencies): ConsoleHandler => {
  const show = (
    visit: ConsoleVisit,
    client: ClientRecord,
    more: {
      readonly errors: readonly FieldError[];
      readonly problem?: string;
      readonly wasChanged?: boolean;
    },
  ): string =>
    secretsPage(visit.frame, {
      client: modelOf(client, visit),
      csrf: visit.csrf,
      version: client.version,
      secrets: client.secrets,
      isUnused: !needsSecret(client.metadata),
      values: visit.form,
      wasChanged: false,
      done: doneMessageOf({ removed: visit.frame.text.clients.done.secretRemoved }, visit.query),
      ...more,
    });

  const showNew = (
    { frame, csrf }: ConsoleVisit,
    client: ClientRecord,
    { name, secret }: NewSecret,
  ): string => {
    const { clients: text } = frame.text;
    return newSecretPage(frame, {
      client: { id: client.id, name: nameOf(client) },
      title: text.secrets.newTitle(name),
      csrf,
      secret,
      environment: environmentBlock(config, client.metadata, secret).split('\n'),
      blocks: [],
      notes: [],
      next: { href: `${clientPath(client.id)}/secrets`, label: text.secrets.back },
    });
  };

  const rotate = async (visit: ConsoleVisit, client: ClientRecord): Promise<NewSecret | FieldError> => {
    const hours = numberIn(visit.form['hours'], maxHours);
    if (hours === 'wrong') return { field: 'hours', message: visit.frame.text.clients.secrets.numberWrong };
    return administration.clients.rotateSecret(visit.by, client.id, {
      ...(hours !== undefined && { overlapSeconds: hours * 3600 }),
      ifVersion: visit.form['version'],
    });
  };

  const add = async (visit: ConsoleVisit, client: ClientRecord): Promise<NewSecret | FieldError> => {
    const { secrets: text } = visit.frame.text.clients;
    const name = (visit.form['name'] ?? '').trim();
    if (!/^[\w.-]{1,64}$/.test(name)) return { field: 'name', message: text.nameHint };
    const days = numberIn(visit.form['days'], maxDays);
    if (days === 'wrong') return { field: 'days', message: text.numberWrong };
    return administration.clients.addSecret(visit.by, client.id, {
      name,
      ...(days !== undefined && { expiresAt: clock.now() + days * dayMs }),
      ifVersion: visit.form['version'],
    });
  };

  return async (visit): Promise<ConsoleAnswer> => {
    const client = await findClient(clients, visit);
    if (visit.form['csrf'] === undefined) {
      if (visit.by.permissions.has('clients')) visit.requireRecentSignIn();
      return { page: show(visit, client, { errors: [] }) };
    }
    try {
      const made = await (visit.form['action'] === 'add' ? add(visit, client) : rotate(visit, client));
      if ('field' in made) return { page: show(visit, client, { errors: [made] }), status: 422 };
      return { page: showNew(visit, client, made) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const now = await findClient(clients, visit);
      if (error.code === 'version_changed')
        return { page: show(visit, now, { errors: [], wasChanged: true }), status: 412 };
      if (!isAboutInput(error)) throw error;
      return { page: show(visit, now, { errors: [], problem: error.publicMessage }), status: 422 };
    }
  };
};
