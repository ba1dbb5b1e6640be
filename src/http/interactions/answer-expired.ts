import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { EngineClient } from '../../provider/engine-types.ts';
import { type ExpiredModel, expiredPage } from '../../views/pages/expired.ts';
import type { Pages } from '../pages/pages.ts';
import { wantsHtml } from '../pages/wants-html.ts';
import { displayOf, homepageOf, loginUrlOf } from './client-display.ts';
import type { InteractionExpired } from './interaction-expired.ts';

/** Links to where the application begins a sign-in, otherwise to its home page. */
const restartLink = (client: EngineClient, issuer: string): ExpiredModel => {
  const href = loginUrlOf(client, issuer) ?? homepageOf(client);
  return href === undefined ? {} : { app: { name: displayOf(client).name, href } };
};

interface ExpiredInteraction {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly pages: Pages;
  readonly failure: InteractionExpired;
  /** The step was completed, and the sign-in went on. */
  readonly done: boolean;
  /** The client that asked for the sign-in, if the browser still knows it. */
  readonly client: string | undefined;
  readonly provider: Provider;
}

export const answerExpired = async ({
  request,
  reply,
  pages,
  failure,
  done,
  client: id,
  provider,
}: ExpiredInteraction): Promise<FastifyReply> => {
  if (!wantsHtml(request.headers.accept)) {
    return reply
      .code(failure.status)
      .header('cache-control', 'no-store')
      .send({ error: failure.code, error_description: failure.message });
  }
  const client = id === undefined ? undefined : await provider.Client.find(id);
  const body = expiredPage(pages.pageFor(request), {
    done,
    ...(client && restartLink(client, provider.issuer)),
  });
  return pages.send(request, reply, body, { status: failure.status, popup: true });
};
