import type { FastifyPluginAsync } from 'fastify';
import type { Pages } from '../../http/pages/pages.ts';
import { jsonTokensPath } from '../../provider/paths.ts';
import { html } from '../../views/html.ts';
import { layout } from '../../views/layout.ts';
import { errorCodes } from './errors.ts';
import type { OpenApi } from './openapi.ts';

/** Shows the OpenAPI description as a page, in development. */
export const describePage =
  (pages: Pages, { info, paths, components }: OpenApi): FastifyPluginAsync =>
  async (scope) => {
    const operation = paths[jsonTokensPath]?.post;
    const fields = Object.entries(components.schemas.CreateAccessTokenRequestDto.properties);
    scope.get('/api/v1/docs', async (request, reply) => {
      const body = html`
    <p class="lead">${info.description}</p>
    <p><code>POST ${jsonTokensPath}</code></p>
    <p>${operation?.description}</p>
    <h2>Request</h2>
    <dl class="facts-list facts-stacked">${fields.map(([name, { description }]) => html`<div><dt><code>${name}</code></dt><dd>${description}</dd></div>`)}</dl>
    <h2>Answers</h2>
    <dl class="facts-list facts-stacked">${Object.entries(operation?.responses ?? {}).map(
      ([status, { description }]) => html`<div><dt>${status}</dt><dd>${description}</dd></div>`,
    )}</dl>
    <h2>Error numbers</h2>
    <dl class="facts-list facts-codes">${Object.entries(errorCodes).map(([name, code]) => html`<div><dt><code>${name}</code></dt><dd>${code}</dd></div>`)}</dl>
    <p><a href="/api/v1/openapi.json">OpenAPI 3.1</a></p>`;
      return pages.send(
        request,
        reply,
        layout(pages.pageFor(request), { title: info.title, body, wide: true }),
      );
    });
  };
