import type { KoaContextWithOIDC } from 'oidc-provider';
import { displayOf } from '../../http/interactions/client-display.ts';
import { pageRequestOf, uiLocalesOf } from '../../http/pages/engine-request.ts';
import { errorKindOf } from '../../http/pages/error-kind.ts';
import { wantsHtml } from '../../http/pages/wants-html.ts';
import type { ErrorResponse, HoldBack, WayBack } from '../../provider/overrides/options.ts';
import { findSignedInAccount } from '../../services/sign-ins/index.ts';
import { errorPage } from '../../views/pages/error.ts';
import type { ResponseDependencies } from './dependencies.ts';

/**
 * RFC 9700 §4.11.2: anyone may register a client, so a link to this server that makes an error on purpose would lead to
 * any site. Until the person has signed in, a page says where the error response of such a client goes, and the person
 * decides. An error of `prompt=none` is no exception.
 */
export const holdBackErrors = ({ pages, accounts, clock }: ResponseDependencies): HoldBack => ({
  async applies({ oidc: { client, session } }) {
    if (client?.['from_registration'] !== true) return false;
    return (await findSignedInAccount(session ?? {}, accounts)) === undefined;
  },

  show(ctx: KoaContextWithOIDC, response: ErrorResponse, back: WayBack) {
    const { client } = ctx.oidc;
    ctx.status = back.status;
    if (!client || !wantsHtml(ctx.get('accept'))) {
      ctx.type = 'json';
      ctx.body = response;
      return;
    }
    const { error, error_description: description } = response;
    const request = pageRequestOf(ctx);
    ctx.body = errorPage(pages.page(request, uiLocalesOf(ctx)), {
      kind: errorKindOf(error, back.status),
      code: error,
      status: back.status,
      time: new Date(clock.now()),
      ...(description !== undefined && { description }),
      details: [{ name: 'client_id', value: client.clientId }],
      back: {
        name: displayOf(client).name,
        href: back.href,
        ...(back.fields && { fields: back.fields }),
        unverified: true,
      },
    });
    ctx.set(pages.headers(request, { popup: true, ...(back.fields && { formTargets: [back.href] }) }));
  },
});
