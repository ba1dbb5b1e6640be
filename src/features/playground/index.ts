/**
 * Owns the playground: in development a relying party at `/` that makes real requests to this very server, step by
 * step, and shows them. Its clients live in memory, what a browser did so far in a short-lived sealed document. Not
 * there in production, where `/` is the landing page; and never a client of any other server.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import type { Feature } from '../../feature.ts';
import { cookieIn, serializeCookie } from '../../http/pages/cookies.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { sealOf, sealsMatch } from '../../http/pages/seal.ts';
import type { Clock, Store } from '../../store/port.ts';
import { demoResource } from '../demo/index.ts';
import { callbackPath, playgroundClients, signedOutPath } from './clients.ts';
import { createJournals, isBrowserId, newBrowserId } from './journal.ts';
import type { Desk } from './steps/step.ts';
import { isTab, pathOf, tabs } from './tabs.ts';
import { playgroundPage } from './view/page.ts';
import { wireTo } from './wire.ts';
import type { TabName } from './words.ts';

export { clientsOfPlayground } from './clients.ts';

export interface PlaygroundParts {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly pages: Pages;
  /** That of the start: the secret of the playground's client is made of it. */
  readonly sealKey: string;
  readonly sealKeys: () => readonly string[];
  readonly box: Parameters<typeof createJournals>[2];
}

type Form = Readonly<Record<string, string>>;

export const playground = ({
  config,
  store,
  clock,
  pages,
  sealKey,
  sealKeys,
  box,
}: PlaygroundParts): Feature => {
  if (config.mode === 'production') return { name: 'playground' };
  const { issuer } = config;
  const { host, protocol } = new URL(issuer);
  const secure = protocol === 'https:';
  const cookie = secure ? '__Host-postern_playground' : 'postern_playground';
  const journals = createJournals(store, clock, box);
  const clients = playgroundClients(sealKey);
  const { audience: api } = demoResource(issuer);
  const audience = config.resources.some((resource) => resource.audience === api) ? api : undefined;

  const browserOf = (request: FastifyRequest): string | undefined => {
    const given = cookieIn(request.headers, cookie);
    return isBrowserId(given) ? given : undefined;
  };
  const subject = (browser: string) => ['playground', browser] as const;

  const show = async (request: FastifyRequest, reply: FastifyReply, tab: TabName) => {
    // By another name of this machine forms would be foreign and cookies would be others.
    if (request.headers.host !== host) return reply.redirect(`${issuer}${pathOf(tab)}`, 303);
    const known = browserOf(request);
    const browser = known ?? newBrowserId();
    const { journal } = await journals.open(known, tab);
    const body = playgroundPage(pages.pageFor(request), {
      tab,
      journal,
      issuer,
      csrf: sealOf(subject(browser), sealKeys()),
      demo: config.demo !== false,
      now: clock.now(),
    });
    const headers = known ? {} : { 'set-cookie': serializeCookie(cookie, browser, { secure }) };
    return pages.send(request, reply, body, { headers });
  };

  const go = (reply: FastifyReply, tab: TabName, anchor = '') =>
    reply.header('cache-control', 'no-store').redirect(`${pathOf(tab)}${anchor}`, 303);

  const act = async (request: FastifyRequest<{ Body: Form }>, reply: FastifyReply, tab: TabName) => {
    const browser = browserOf(request);
    if (browser === undefined) return go(reply, tab);
    const { do: wanted = '', csrf } = request.body ?? {};
    if (!sealsMatch(csrf, subject(browser), sealKeys())) {
      throw new Failure({
        code: 'form_expired',
        status: 403,
        message: 'This form is no longer valid. Go back and load it again.',
      });
    }
    if (wanted === 'restart') {
      await journals.forget(browser, tab);
      return go(reply, tab);
    }
    const { journal, keep } = await journals.open(browser, tab);
    const steps = tabs[tab];
    const next = steps.find(({ done }) => !done(journal));
    const broken = steps
      .flatMap(({ breaks = [], name }) => breaks.map((one) => ({ ...one, step: name })))
      .find(({ name, when }) => name === wanted && when(journal));
    // A form of a page that is older than the journal: the page as it is now says what comes next.
    const run = next?.name === wanted ? next.run : broken?.run;
    if (!run) return go(reply, tab);
    const desk: Desk = {
      issuer,
      tab,
      clients,
      audience,
      now: clock.now,
      wire: wireTo(issuer, request.raw.socket),
    };
    const last = broken?.step ?? wanted;
    await keep({ ...(await run(desk, journal)), last });
    return go(reply, tab, `#step-${last}`);
  };

  const answer = async (request: FastifyRequest<{ Querystring: Form }>, reply: FastifyReply) => {
    const browser = browserOf(request);
    const given = Object.entries(request.query).filter(([, value]) => typeof value === 'string');
    const { state = '', iss } = Object.fromEntries(given);
    const [tab = ''] = state.split('.');
    if (!isTab(tab)) return go(reply, 'code');
    const { journal, keep } = await journals.open(browser, tab);
    if (journal.request?.state !== state || iss !== issuer) {
      throw new Failure({
        code: 'foreign_answer',
        status: 400,
        message:
          'This answer belongs to another request: its state or its issuer is not the one of this browser. Start again in the playground.',
      });
    }
    if (journal.answer === undefined)
      await keep({ ...journal, answer: Object.fromEntries(given), last: 'callback' });
    return go(reply, tab, '#step-callback');
  };

  return {
    name: 'playground',
    pages: async (scope) => {
      scope.get('/', async (request, reply) => show(request, reply, 'code'));
      scope.get<{ Querystring: Form }>(callbackPath, answer);
      scope.get(signedOutPath, async (request, reply) => {
        const { journal, keep } = await journals.open(browserOf(request), 'code');
        if (journal.tokens) await keep({ ...journal, signedOut: true, last: 'signOut' });
        return go(reply, 'code', '#step-signOut');
      });
      scope.get<{ Params: { tab: string } }>('/playground/:tab', async (request, reply) => {
        const { tab } = request.params;
        return isTab(tab) ? show(request, reply, tab) : reply.callNotFound();
      });
      scope.post<{ Params: { tab: string }; Body: Form }>('/playground/:tab', async (request, reply) => {
        const { tab } = request.params;
        return isTab(tab) ? act(request, reply, tab) : reply.callNotFound();
      });
    },
  };
};
