import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { scopeDescriptions } from '#config';
import { Failure } from '../../errors.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Form } from '../../http/pages/form.ts';
import type { AccountPages } from '../../services/account-pages/index.ts';
import type { Account, Json } from '../../services/accounts/index.ts';
import type { ConnectedApp } from '../../services/connected-apps/index.ts';
import type { Messages } from '../../views/languages/messages.ts';
import { appsPage, type ConnectedAppModel, disconnectPage } from '../../views/pages/account-apps.ts';
import { describeClaims, describeScopes } from '../../views/scopes.ts';
import type { AccountAppsDependencies } from './dependencies.ts';
import { listOpenableApps } from './openable-apps.ts';
import { appsPath, disconnectPath, disconnectSelfRegisteredPath } from './paths.ts';

const appNotFound = (): Failure =>
  new Failure({
    code: 'app_not_found',
    status: 404,
    message: 'This app has no access to your account. It may have been disconnected meanwhile.',
  });

export const appsPages =
  (dependencies: AccountAppsDependencies) =>
  (account: AccountPages): FastifyPluginAsync => {
    const { config, pages, connectedApps, engine } = dependencies;
    const descriptions = scopeDescriptions(config);

    const describe = async (app: ConnectedApp, messages: Messages): Promise<ConnectedAppModel> => {
      const client = await engine().provider.Client.find(app.client);
      const inWords = (scopes: readonly string[]) => describeScopes(scopes.join(' '), descriptions, messages);
      return {
        client: client ? displayOf(client) : { name: app.record?.metadata.client_name ?? app.client },
        scopes: [
          ...inWords(app.allowed.scopes),
          ...describeClaims(app.allowed.claims, descriptions, messages),
        ],
        resources: Object.entries(app.allowed.resources).map(([name, scopes]) => ({
          name,
          scopes: inWords(scopes),
        })),
        connectedAt: app.connectedAt,
        usedAt: app.usedAt,
        disconnect: `${disconnectPath}?${new URLSearchParams({ app: app.client })}`,
      };
    };

    /** One that is connected. The person's own browser names it, so it may be anything. */
    const find = async (owner: Account, id: unknown): Promise<ConnectedApp> => {
      const found = (await connectedApps.list(owner.id)).find(({ client }) => client === id);
      if (!found) throw appNotFound();
      return found;
    };

    const backToList = (reply: FastifyReply): FastifyReply =>
      reply.header('cache-control', 'no-store').redirect(`${appsPath}?done=yes`, 303);

    const originOf = ({ ip, id }: FastifyRequest) => ({ address: ip, correlation: id });

    return async (scope) => {
      scope.get<{ Querystring: { readonly done?: unknown } }>(appsPath, async (request, reply) => {
        const { frame, account: owner } = account.visitOf(request);
        const [openable, connected] = await Promise.all([
          listOpenableApps(dependencies, owner),
          connectedApps.list(owner.id),
        ]);
        const body = appsPage(frame, {
          openable,
          connected: await Promise.all(connected.map((app) => describe(app, frame.page.messages))),
          ...(connected.some(({ isSelfRegistered }) => isSelfRegistered) && {
            disconnectSelfRegistered: disconnectSelfRegisteredPath,
          }),
          isDone: request.query.done === 'yes',
        });
        return pages.send(request, reply, body, { remoteImages: true });
      });

      scope.get<{ Querystring: { readonly app?: unknown } }>(disconnectPath, async (request, reply) => {
        const { frame, account: owner, csrf } = account.visitOf(request);
        const app = await find(owner, request.query.app);
        const body = disconnectPage(frame, {
          action: disconnectPath,
          csrf,
          back: appsPath,
          apps: [await describe(app, frame.page.messages)],
          app: app.client,
        });
        return pages.send(request, reply, body, { remoteImages: true });
      });

      scope.post<{ Body: Form | undefined }>(disconnectPath, async (request, reply) => {
        const { account: owner } = account.visitOf(request);
        const { client } = await find(owner, request.body?.['app']);
        await connectedApps.disconnect(owner.id, client, originOf(request));
        return backToList(reply);
      });

      scope.get(disconnectSelfRegisteredPath, async (request, reply) => {
        const { frame, account: owner, csrf } = account.visitOf(request);
        const apps = (await connectedApps.list(owner.id)).filter(({ isSelfRegistered }) => isSelfRegistered);
        if (apps.length === 0) throw appNotFound();
        const body = disconnectPage(frame, {
          action: disconnectSelfRegisteredPath,
          csrf,
          back: appsPath,
          apps: await Promise.all(apps.map((app) => describe(app, frame.page.messages))),
        });
        return pages.send(request, reply, body, { remoteImages: true });
      });

      scope.post(disconnectSelfRegisteredPath, async (request, reply) => {
        const { account: owner } = account.visitOf(request);
        await connectedApps.disconnectSelfRegistered(owner.id, originOf(request));
        return backToList(reply);
      });
    };
  };

const isoTime = (at: number): string => new Date(at).toISOString();

export const exportApps =
  ({ connectedApps }: AccountAppsDependencies) =>
  async ({ id }: Account): Promise<Json> =>
    (await connectedApps.list(id)).map(({ client, record, allowed, connectedAt, usedAt }) => ({
      client,
      ...(record?.metadata.client_name !== undefined && { name: record.metadata.client_name }),
      scopes: allowed.scopes,
      claims: allowed.claims,
      resources: allowed.resources,
      connected_at: isoTime(connectedAt),
      ...(usedAt !== undefined && { used_at: isoTime(usedAt) }),
    }));
