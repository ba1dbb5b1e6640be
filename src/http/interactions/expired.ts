import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { Failure } from '../../errors.ts';
import { type ExpiredModel, expiredPage } from '../../views/pages/expired.ts';
import type { Pages } from '../pages/pages.ts';
import { wantsHtml } from '../pages/wants-html.ts';
import { displayOf, homepageOf } from './client-display.ts';
import type { EngineClient } from './step.ts';

/** OpenID Connect Core §4: an application that can be asked to begin a sign-in; otherwise its home page. */
const restartLink = (client: EngineClient, issuer: string): ExpiredModel => {
  const home = homepageOf(client);
  const initiateLoginUri = client['from_registration'] === true ? undefined : client.initiateLoginUri;
  const loginUrl = initiateLoginUri === undefined ? null : URL.parse(initiateLoginUri);
  loginUrl?.searchParams.set('iss', issuer);
  const href = loginUrl?.href ?? home;
  return href === undefined ? {} : { app: { name: displayOf(client).name, href } };
};

interface ExpiredInteraction {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly pages: Pages;
  readonly failure: Failure;
  /** It was answered, and the sign-in went on from it. */
  readonly done: boolean;
  /** The application that it was for, if the browser still knows. */
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
