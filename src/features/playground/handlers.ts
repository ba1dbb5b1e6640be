import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { Failure } from '../../errors.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import { formExpired } from '../../http/pages/form-expired.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { demoResource } from '../../services/demo-data/index.ts';
import type { Clock, Store } from '../../store/port.ts';
import { playgroundCredentials } from './clients.ts';
import { createBrowserId, createJournals, isBrowserId, type Journal, type JournalCipher } from './journal.ts';
import { createSender } from './send.ts';
import type { StepAction } from './steps/step.ts';
import { isTab, tabPath, tabs } from './tabs.ts';
import { playgroundPage } from './view/page.ts';
import type { TabName } from './words.ts';

export interface PlaygroundDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly pages: Pages;
  /** The cookie key at start. The secret of the playground's client is derived from it. */
  readonly cookieKey: string;
  readonly cookieKeys: () => readonly string[];
  readonly cipher: JournalCipher;
}

/** Keeps the parameters that appear once. */
const textsIn = (values: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );

const redirectToTab = (reply: FastifyReply, tab: TabName, anchor = '') =>
  reply.header('cache-control', 'no-store').redirect(`${tabPath(tab)}${anchor}`, 303);

/** The function behind a button, and the step that it belongs to; undefined for a button that is not on the page now. */
const findAction = (
  tab: TabName,
  journal: Journal,
  action: string,
): { readonly run: StepAction; readonly step: string } | undefined => {
  const steps = tabs[tab];
  const next = steps.find(({ isDone }) => !isDone(journal));
  if (next?.run && next.name === action) return { run: next.run, step: next.name };
  for (const { name: step, attacks = [], restarts = [] } of steps) {
    const choice = [...attacks, ...restarts].find(({ name, when }) => name === action && when(journal));
    if (choice) return { run: choice.run, step };
  }
  return undefined;
};

export const createHandlers = ({
  config,
  store,
  clock,
  pages,
  cookieKey,
  cookieKeys,
  cipher,
}: PlaygroundDependencies) => {
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

  return {
    isTab,
    async showTab(request: FastifyRequest, reply: FastifyReply, tab: TabName) {
      // Under another name of this machine, the forms would be foreign and the cookies would be missing.
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
    },

    async runAction(request: FastifyRequest, reply: FastifyReply, tab: TabName) {
      const browser = browserIdOf(request);
      if (browser === undefined) return redirectToTab(reply, tab);
      const { do: action = '', csrf } = textsIn(request.body);
      if (!verifyMac(csrf, formSubject(browser), cookieKeys())) throw formExpired();
      if (action === 'restart') {
        await journals.remove(browser, tab);
        return redirectToTab(reply, tab);
      }
      const { journal, save } = await journals.open(browser, tab);
      const found = findAction(tab, journal, action);
      // The form came from a page that is older than the journal. The current page shows what comes next.
      if (!found) return redirectToTab(reply, tab);
      const send = createSender(issuer, request.raw.socket);
      const context = { issuer, tab, clients, audience, now: clock.now, send };
      await save({ ...(await found.run(context, journal)), last: found.step });
      return redirectToTab(reply, tab, `#step-${found.step}`);
    },

    async receiveCallback(request: FastifyRequest, reply: FastifyReply) {
      const answer = textsIn(request.query);
      const { state = '', iss } = answer;
      const [tab = ''] = state.split('.');
      if (!isTab(tab)) return redirectToTab(reply, 'code');
      const { journal, save } = await journals.open(browserIdOf(request), tab);
      if (journal.request?.state !== state || iss !== issuer) {
        throw new Failure({
          code: 'foreign_answer',
          status: 400,
          message:
            'This response belongs to another request: its state or its issuer is not the one of this browser. Start again in the playground.',
        });
      }
      if (journal.answer === undefined) await save({ ...journal, answer, last: 'callback' });
      return redirectToTab(reply, tab, '#step-callback');
    },

    async receiveSignOut(request: FastifyRequest, reply: FastifyReply) {
      const { journal, save } = await journals.open(browserIdOf(request), 'code');
      if (journal.tokens) await save({ ...journal, signedOut: true, last: 'signOut' });
      return redirectToTab(reply, 'code', '#step-signOut');
    },
  };
};
