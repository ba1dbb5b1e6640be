import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { Failure } from '../../errors.ts';
import { type ExpiredModel, expiredPage } from '../../views/pages/expired.ts';
import type { Pages } from '../pages/pages.ts';
import { wantsHtml } from '../pages/wants-html.ts';
import { faceOf, homeOf } from './faces.ts';
import type { EngineClient } from './step.ts';

/** OpenID Connect Core §4: an application that can be asked to begin a sign-in; otherwise its home page. */
const startAgainAt = (client: EngineClient, issuer: string): ExpiredModel => {
  const home = homeOf(client);
  const initiateLoginUri = client['from_registration'] === true ? undefined : client.initiateLoginUri;
  const begin = initiateLoginUri === undefined ? null : URL.parse(initiateLoginUri);
  begin?.searchParams.set('iss', issuer);
  const href = begin?.href ?? home;
  return href === undefined ? {} : { app: { name: faceOf(client).name, href } };
};

interface Expired {
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
}: Expired): Promise<FastifyReply> => {
  if (!wantsHtml(request.headers.accept)) {
    return reply
      .code(failure.status)
      .header('cache-control', 'no-store')
      .send({ error: failure.code, error_description: failure.message });
  }
  const client = id === undefined ? undefined : await provider.Client.find(id);
  const body = expiredPage(pages.pageFor(request), {
    done,
    ...(client && startAgainAt(client, provider.issuer)),
  });
  return pages.send(request, reply, body, { status: failure.status, popup: true });
};
