import type { FastifyPluginAsync } from 'fastify';
import type { Pages } from '../../http/pages/pages.ts';
import type { AdminRoute } from '../../services/administration/index.ts';
import { html } from '../../views/html.ts';
import { layout } from '../../views/layout.ts';
import type { AdminApiDependencies } from './dependencies.ts';
import { adminApiPath } from './paths.ts';

interface Property {
  readonly description?: string;
}

/** Shows the description of the API as a page. It is for developers, so it is in English like the API. */
export const descriptionPage =
  (
    { config, version, pages }: Pick<AdminApiDependencies, 'config' | 'version'> & { readonly pages: Pages },
    routes: readonly AdminRoute[],
  ): FastifyPluginAsync =>
  async (scope) => {
    const fieldsOf = (schema: unknown): readonly (readonly [string, Property])[] =>
      Object.entries<Property>(Object(Object(schema).properties));

    scope.get(`${adminApiPath}/docs`, async (request, reply) => {
      const { describeApi } = await import('./openapi.ts');
      const { info, paths } = await describeApi(config, version, routes);
      const operations = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
      );
      const body = html`
    <p class="lead">${info.description}</p>
    <p><a href="${adminApiPath}/openapi.json">OpenAPI 3.1</a></p>
    ${operations.map(
      ({ path, method, operation }) => html`
    <h2 id="${operation.operationId}">${operation.summary}</h2>
    <p><code>${method.toUpperCase()} ${path}</code> · <code>${operation.security[0]?.oauth[0]}</code></p>
    ${operation.description !== undefined && html`<p>${operation.description}</p>`}
    <dl class="facts-list facts-stacked">${operation.parameters
      .filter(({ in: where }) => where !== 'header')
      .map(
        ({ name, schema }) =>
          html`<div><dt><code>${name}</code></dt><dd>${Object(schema).description}</dd></div>`,
      )}${fieldsOf(operation.requestBody?.content['application/json'].schema).map(
      ([name, { description }]) => html`<div><dt><code>${name}</code></dt><dd>${description}</dd></div>`,
    )}</dl>`,
    )}`;
      return pages.send(
        request,
        reply,
        layout(pages.pageFor(request), { title: info.title, body, wide: true }),
      );
    });
  };
