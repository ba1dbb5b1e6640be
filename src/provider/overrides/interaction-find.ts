import type { Interaction } from '../engine-types.ts';
import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

interface Interactions {
  find(uid: string, options?: object): Promise<Interaction | undefined>;
}

const resumeRoutes = new Set(['resume', 'device_resume']);

export const interactionFind: Override = {
  name: 'interaction-find',
  symbols: ['Interaction.find'],
  reason:
    'The engine lets any browser with the cookie of an interaction resume it. An attacker could begin a ' +
    'sign-in, plant its cookie in the browser of a victim who completes it, and resume it in the browser of ' +
    'the attacker (session fixation).',
  test: 'test/pages/sign-in.test.ts',
  apply(provider, { options: { interactionFind } }) {
    if (!interactionFind) return;
    // The engine types `find` for subclasses of the model; there are no subclasses.
    const interactions = provider.Interaction as unknown as Interactions;
    const find = interactions.find.bind(interactions);
    interactions.find = async (uid, options) => {
      const interaction = await find(uid, options);
      const ctx = currentContext();
      if (!interaction?.result || !ctx || !resumeRoutes.has(ctx.oidc.route)) return interaction;
      return interactionFind.isSameBrowser(ctx, interaction) ? interaction : undefined;
    };
  },
};
