import type { InteractionResults, KoaContextWithOIDC } from 'oidc-provider';
import type { RouteMiddleware } from '../../provider/route-middleware.ts';
import type { UpstreamSignIn } from '../../services/sign-ins/index.ts';
import type { UpstreamLogouts } from '../../services/upstreams/index.ts';
import type { Clock } from '../../store/port.ts';

interface Dependencies {
  readonly logouts: Pick<UpstreamLogouts, 'isSignedOut'>;
  readonly clock: Clock;
}

type Login = NonNullable<InteractionResults['login']>;

/** When the person left for the upstream. Results of an earlier release have the time of the sign-in only. */
export const leftAtOf = ({ ts = 0, upstream }: Login): number =>
  // Only `completeSignIn` makes it.
  (upstream as UpstreamSignIn | undefined)?.leftAt ?? ts * 1000;

const findInteraction = async ({ oidc }: KoaContextWithOIDC) => {
  const { provider, cookies } = oidc;
  const uid = cookies.get(provider.cookieName('resume'));
  return uid === undefined ? undefined : provider.Interaction.find(uid);
};

/**
 * The engine makes a session of the result `login` at once, before any prompt. So a sign-in by an upstream that has signed the
 * person out since they left for it loses the result before the engine reads it, and the person signs in again.
 */
export const dropSignedOut = ({ logouts, clock }: Dependencies): RouteMiddleware => ({
  route: ['resume', 'device_resume'],
  async before(ctx) {
    const interaction = await findInteraction(ctx);
    const login = interaction?.result?.login;
    // Only `completeSignIn` makes it.
    const upstream = login?.['upstream'] as UpstreamSignIn | undefined;
    if (!interaction || !login || !upstream) return;
    const { id, subject, sid } = upstream;
    const leftAt = leftAtOf(login);
    if (!(await logouts.isSignedOut({ upstream: id, subject, sid, leftAt }))) return;
    const { login: _, ...others } = interaction.result ?? {};
    interaction.result = others;
    await interaction.save(interaction.exp - Math.floor(clock.now() / 1000));
  },
});
