import { type Html, html } from './html.ts';
import type { Messages } from './languages/messages.ts';

/** Says what an API receives of the person who allows access to it. `claims` are in words. */
export const receivedClaims = (
  { consent: text }: Messages,
  claims: readonly string[] = [],
): Html | undefined =>
  claims.length === 0
    ? undefined
    : html`<p class="hint api-receives">${text.receives(claims.join(', '))}</p>`;
