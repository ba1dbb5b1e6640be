import { hash, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';
import type { EngineShare } from '../../feature.ts';
import { cookieIn, serializeCookie } from '../pages/cookies.ts';
import type { Interaction } from './step.ts';

/** From the answer of a step to the engine: one redirect, or a page with one button. */
const keptFor = 600;

const nameFor = (secure: boolean): string => (secure ? '__Secure-postern_answer' : 'postern_answer');

/** What is put beside the answer of a step, and the cookie that goes with it to where the engine picks it up. */
export const proofOf = (
  returnTo: string,
  issuer: string,
): { readonly proof: string; readonly cookie: string } => {
  const secret = randomBytes(18).toString('base64url');
  const secure = issuer.startsWith('https:');
  const path = new URL(returnTo, issuer).pathname;
  return {
    proof: digest(secret),
    cookie: serializeCookie(nameFor(secure), secret, { maxAge: keptFor, secure, path }),
  };
};

const digest = (secret: string): string => hash('sha256', secret, 'base64url');

interface Interactions {
  find(uid: string, options?: object): Promise<Interaction | undefined>;
}

const resumeRoutes = new Set(['resume', 'device_resume']);

/**
 * An answer is taken up only by the browser that gave it. Otherwise somebody could begin a sign-in, plant its cookie in
 * a browser of theirs to be finished by another person, and pick the session up in their own (session fixation).
 */
export const sameBrowserOnly: EngineShare = {
  attach(provider) {
    // Its generic `find` is for subclasses, of which there are none.
    const interactions = provider.Interaction as unknown as Interactions;
    const find = interactions.find.bind(interactions);
    interactions.find = async (uid, options) => {
      const interaction = await find(uid, options);
      const ctx = Provider.ctx;
      if (!interaction?.result || !ctx || !resumeRoutes.has(ctx.oidc.route)) return interaction;
      const { proof } = interaction.result as { readonly proof?: unknown }; // put there by the door, beside what the engine knows
      const secret = cookieIn(ctx.req.headers, nameFor(provider.issuer.startsWith('https:')));
      return secret !== undefined && proof === digest(secret) ? interaction : undefined;
    };
  },
};
