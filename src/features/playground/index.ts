/**
 * Owns the playground: in development a relying party at `/` that makes real requests to this very server, step by
 * step, and shows them. Its clients live in memory, what a browser did so far in a short-lived sealed document. Not
 * there in production, where `/` is the landing page; and never a client of any other server.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { Failure } from '../../errors.ts';
import type { Feature } from '../../feature.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import { formExpired } from '../../http/pages/form-expired.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { demoResource } from '../../services/demo-data/index.ts';
import type { Clock, Store } from '../../store/port.ts';
import { callbackPath, playgroundCredentials, signedOutPath } from './clients.ts';
import { createBrowserId, createJournals, isBrowserId } from './journal.ts';
import { createSender } from './send.ts';
import type { StepContext } from './steps/step.ts';
import { isTab, tabPath, tabs } from './tabs.ts';
import { playgroundPage } from './view/page.ts';
import type { TabName } from './words.ts';

export { playgroundClientConfigs } from './clients.ts';

export interface PlaygroundDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly pages: Pages;
  /** That of the start: the secret of the playground's client is made of it. */
  readonly cookieKey: string;
  readonly cookieKeys: () => readonly string[];
  readonly cipher: Parameters<typeof createJournals>[2];
}

type Form = Readonly<Record<string, string>>;

export const playground = ({
  config,
  store,
  clock,
  pages,
  cookieKey,
  cookieKeys,
  cipher,
}: PlaygroundDependencies): Feature => {
  if (config.mode === 'production') return { name: 'playground' };
  const { issuer } = config;
  const { host, protocol } = new URL(issuer);
  const secure = protocol === 'https:';
  const cookie = secure ? '__Host-postern_playground' : 'postern_playground';
  const journals = createJournals(store, clock, cipher);
  const clients = playgroundCredentials(cookieKey);
  const { audience: api } = demoResource(issuer);
  const audience = config.resources.some((resource) => resource.audience === api) ? api : undefined;

  const browserIdOf = (request: FastifyRequest): string | undefined => {
    const given = cookieIn(request.headers, cookie);
    return isBrowserId(given) ? given : undefined;
  };
  const formSubject = (browser: string) => ['playground', browser] as const;

  const showTab = async (request: FastifyRequest, reply: FastifyReply, tab: TabName) => {
    // By another name of this machine forms would be foreign and cookies would be others.
    if (request.headers.host !== host) return reply.redirect(`${issuer}${tabPath(tab)}`, 303);
    const known = browserIdOf(request);
    const browser = known ?? createBrowserId();
    const { journal } = await journals.open(known, tab);
    const body = playgroundPage(pages.pageFor(request), {
      tab,
      journal,
      issuer,
      csrf: macOf(formSubject(browser), cookieKeys()),
      demo: config.demo !== false,
      now: clock.now(),
    });
    const headers = known ? {} : { 'set-cookie': serializeCookie(cookie, browser, { secure }) };
    return pages.send(request, reply, body, { headers });
  };

  const redirectToTab = (reply: FastifyReply, tab: TabName, anchor = '') =>
    reply.header('cache-control', 'no-store').redirect(`${tabPath(tab)}${anchor}`, 303);

  const runStep = async (request: FastifyRequest<{ Body: Form }>, reply: FastifyReply, tab: TabName) => {
    const browser = browserIdOf(request);
    if (browser === undefined) return redirectToTab(reply, tab);
    const { do: action = '', csrf } = request.body ?? {};
    if (!verifyMac(csrf, formSubject(browser), cookieKeys())) {
      throw formExpired();
    }
    if (action === 'restart') {
      await journals.remove(browser, tab);
      return redirectToTab(reply, tab);
    }
    const { journal, save } = await journals.open(browser, tab);
    const steps = tabs[tab];
    const next = steps.find(({ isDone }) => !isDone(journal));
    const attack = steps
      .flatMap(({ attacks = [], name }) => attacks.map((one) => ({ ...one, step: name })))
      .find(({ name, when }) => name === action && when(journal));
    // A form of a page that is older than the journal: the page as it is now says what comes next.
    const run = next?.name === action ? next.run : attack?.run;
    if (!run) return redirectToTab(reply, tab);
    const context: StepContext = {
      issuer,
      tab,
      clients,
      audience,
      now: clock.now,
      send: createSender(issuer, request.raw.socket),
    };
    const last = attack?.step ?? action;
    await save({ ...(await run(context, journal)), last });
    return redirectToTab(reply, tab, `#step-${last}`);
  };

  const receiveCallback = async (request: FastifyRequest<{ Querystring: Form }>, reply: FastifyReply) => {
    const browser = browserIdOf(request);
    const given = Object.entries(request.query).filter(([, value]) => typeof value === 'string');
    const { state = '', iss } = Object.fromEntries(given);
    const [tab = ''] = state.split('.');
    if (!isTab(tab)) return redirectToTab(reply, 'code');
    const { journal, save } = await journals.open(browser, tab);
    if (journal.request?.state !== state || iss !== issuer) {
      throw new Failure({
        code: 'foreign_answer',
        status: 400,
        message:
          'This answer belongs to another request: its state or its issuer is not the one of this browser. Start again in the playground.',
      });
    }
    if (journal.answer === undefined)
      await save({ ...journal, answer: Object.fromEntries(given), last: 'callback' });
    return redirectToTab(reply, tab, '#step-callback');
  };

  return {
    name: 'playground',
    pages: async (scope) => {
      scope.get('/', async (request, reply) => showTab(request, reply, 'code'));
      scope.get<{ Querystring: Form }>(callbackPath, receiveCallback);
      scope.get(signedOutPath, async (request, reply) => {
        const { journal, save } = await journals.open(browserIdOf(request), 'code');
        if (journal.tokens) await save({ ...journal, signedOut: true, last: 'signOut' });
        return redirectToTab(reply, 'code', '#step-signOut');
      });
      scope.get<{ Params: { tab: string } }>('/playground/:tab', async (request, reply) => {
        const { tab } = request.params;
        return isTab(tab) ? showTab(request, reply, tab) : reply.callNotFound();
      });
      scope.post<{ Params: { tab: string }; Body: Form }>('/playground/:tab', async (request, reply) => {
        const { tab } = request.params;
        return isTab(tab) ? runStep(request, reply, tab) : reply.callNotFound();
      });
    },
  };
};
