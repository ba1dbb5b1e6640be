import { type Html, html } from '../../../views/html.ts';
import type { DecodedToken } from '../tokens.ts';
import { words } from '../words.ts';
import { factsView } from './facts.ts';

/** Shows the three parts of a token, its claims, and the checks that it passed or failed. */
export const tokenView = ({ name, token, header, claims, checks }: DecodedToken, now: number): Html => {
  const [head = '', body = '', signature = ''] = token.split('.');
  if (!header || !claims) {
    return html`<section class="reading"><h3>${words.token[name]}</h3><pre>${token}</pre><p>${words.opaque}</p></section>`;
  }
  return html`<section class="reading">
    <h3>${words.token[name]}</h3>
    <pre class="jwt"><span class="jwt-header">${head}</span>.<span class="jwt-claims">${body}</span>.<span class="jwt-signature">${signature}</span></pre>
    <ul class="checks">${checks.map(
      ({ name: check, ok }) =>
        html`<li data-check="${check}"><span class="${ok ? 'badge' : 'badge badge-warn'}">${ok ? words.good : words.bad}</span> ${words.checks[check]}</li>`,
    )}</ul>
    <h4 class="small-heading">${words.header}</h4>
    ${factsView(header, now)}
    <h4 class="small-heading">${words.claims}</h4>
    ${factsView(claims, now)}
  </section>`;
};
