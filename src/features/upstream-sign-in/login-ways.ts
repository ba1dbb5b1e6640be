import { hasQuery } from '../../http/interactions/has-query.ts';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { createIsAdminClient } from '../../services/administration/index.ts';
import { upstreamAskedAgain } from '../../services/sign-ins/index.ts';
import {
  type ConnectedUpstream,
  isLocalAllowed,
  isWayAllowed,
  reportFailure,
  toUpstreamFailure,
  type UpstreamProblem,
  upstreamsAllowedFor,
} from '../../services/upstreams/index.ts';
import { redirectPage } from '../../views/pages/redirect.ts';
import type { UpstreamSignInDependencies } from './dependencies.ts';
import { pendingIn } from './pending.ts';
import { backToApplication, showProblem } from './problem.ts';
import { purposeOf } from './purpose.ts';
import { queryNames, signInRequestOf, textInQuery, textParameter } from './requests.ts';

interface Way {
  readonly name: string;
  readonly href: string;
  readonly logo?: string;
}

/** What the sign-in page offers besides its form. */
interface OtherWays {
  readonly upstreams: readonly Way[];
  /** Whether people may sign in to this client by a password of this server. */
  readonly isLocalAllowed: boolean;
}

/** What the sign-in step leaves to this feature. Without an outcome the step goes on itself. */
export interface LoginWays {
  show(visit: Visit): Promise<StepOutcome | undefined>;
  /** Goes on without a question where there is only one way. */
  goOnAlone(visit: Visit): StepOutcome | undefined;
  submit(visit: Visit, form: Form): Promise<StepOutcome | undefined>;
  offered(visit: Visit): OtherWays;
  /** The person signs in to link an upstream. */
  isToLink(visit: Visit): boolean;
}

type Dependencies = Pick<
  UpstreamSignInDependencies,
  'arrivals' | 'clock' | 'config' | 'events' | 'flowCookies' | 'upstreams'
>;

const problems: readonly UpstreamProblem[] = ['unavailable', 'denied', 'invalid', 'not_allowed'];

export const createLoginWays = ({
  clock,
  config,
  events,
  upstreams,
  arrivals,
  flowCookies,
}: Dependencies): LoginWays => {
  const isAdminClient = createIsAdminClient(config);

  const allowed = ({ client }: Visit): readonly ConnectedUpstream[] =>
    upstreams.all.filter(({ id }) => isWayAllowed(client, id));

  const hrefOf = ({ action }: Visit, upstream: ConnectedUpstream, hint?: string): string => {
    const query = new URLSearchParams({
      [queryNames.with]: upstream.id,
      ...(hint !== undefined && { [queryNames.hint]: hint }),
    });
    return `${action}?${query}`;
  };

  /** What the callback found out. It only chooses a sentence of this server. */
  const failedIn = (visit: Visit) => {
    const kind = problems.find((one) => one === textInQuery(visit, queryNames.failed));
    const upstream = upstreams.find(textInQuery(visit, queryNames.by));
    return kind && upstream && { kind, upstream };
  };

  /** Sends the browser to the upstream, with a cookie that only its callback gets. */
  const leave = async (visit: Visit, upstream: ConnectedUpstream): Promise<StepOutcome> => {
    const { client, interaction, action } = visit;
    try {
      const { url, checks } = await upstream.protocol.begin(signInRequestOf(visit, isAdminClient));
      const cookie = flowCookies.begin({
        upstream: upstream.id,
        purpose: purposeOf(interaction.uid),
        returnTo: action,
        client: client.clientId,
        checks,
        at: clock.now(),
      });
      return { leaveTo: url, cookies: [cookie] };
    } catch (error) {
      const failure = toUpstreamFailure(error);
      reportFailure(events, visit.request, { upstream, failure, client: client.clientId });
      return showProblem(visit, { kind: failure.problem, upstream });
    }
  };

  /**
   * Goes on to the upstream without a question. A page does it rather than a redirect, because browsers apply the
   * `form-action` of the page before to every redirect that follows its form.
   */
  const goOn = (visit: Visit, upstream: ConnectedUpstream, hint?: string): StepOutcome => ({
    show: redirectPage(visit.page, { href: hrefOf(visit, upstream, hint), to: upstream.name }),
  });

  /** The upstream that the application asked for, or that the address or the client leaves as the only one. */
  const onlyWay = (visit: Visit): ConnectedUpstream | undefined => {
    const ways = allowed(visit);
    const named = textParameter(visit, 'idp_hint');
    const byHint = ways.find(({ id, issuer }) => named !== undefined && (id === named || issuer === named));
    if (byHint) return byHint;
    const byAddress = upstreams.forAddress(textParameter(visit, 'login_hint') ?? '');
    if (byAddress && ways.includes(byAddress)) return byAddress;
    return ways.length === 1 && !isLocalAllowed(visit.client) ? ways[0] : undefined;
  };

  return {
    async show(visit) {
      const { interaction } = visit;
      const arrival = textInQuery(visit, queryNames.arrival);
      if (arrival !== undefined) {
        // It belongs to this browser and this sign-in, or it is refused here.
        await arrivals.find(arrival, purposeOf(interaction.uid));
        return { finish: { ...interaction.lastSubmission, upstream: { arrival, uid: interaction.uid } } };
      }
      const failed = failedIn(visit);
      if (failed) return showProblem(visit, failed);
      const named = textInQuery(visit, queryNames.with);
      if (named !== undefined) {
        const upstream = allowed(visit).find(({ id }) => id === named);
        return upstream && leave(visit, upstream);
      }
      return undefined;
    },

    goOnAlone(visit) {
      const { request, interaction, client } = visit;
      const [id] = upstreamsAllowedFor(client);
      // The upstreams of the client are stopped.
      if (id !== undefined && allowed(visit).length === 0 && !isLocalAllowed(client)) {
        const upstream = { id, name: upstreams.nameOf(id) };
        return showProblem(visit, { kind: 'unavailable', upstream, isOnlyWay: true });
      }
      if (hasQuery(request, queryNames.choose) || hasQuery(request, 'another')) return undefined;
      // The person came back to choose an account of this server.
      if (pendingIn(interaction, 'upstream_link')) return undefined;
      const again = upstreamAskedAgain(interaction);
      const upstream = allowed(visit).find(({ id }) => id === again) ?? onlyWay(visit);
      return upstream && goOn(visit, upstream);
    },

    async submit(visit, form) {
      const back = backToApplication(form);
      if (back) return back;
      const login = (form['login'] ?? '').trim();
      const upstream = upstreams.forAddress(login);
      const isWithoutPassword = (form['password'] ?? '') === '';
      if (upstream && isWithoutPassword && allowed(visit).includes(upstream))
        return goOn(visit, upstream, login);
      return isLocalAllowed(visit.client) ? undefined : { finish: { ...visit.interaction.lastSubmission } };
    },

    isToLink: ({ interaction }) => pendingIn(interaction, 'upstream_link') !== undefined,

    offered: (visit) => ({
      upstreams: allowed(visit).map((upstream) => ({
        name: upstream.name,
        href: hrefOf(visit, upstream),
        ...(upstream.logo !== undefined && { logo: upstream.logo }),
      })),
      isLocalAllowed: isLocalAllowed(visit.client),
    }),
  };
};
