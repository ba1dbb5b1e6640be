/**
 * Owns `/dev/theme`, which shows in development what `pages.theme` and `pages.texts` change: the parts of pages in both
 * modes, the contrasts, and the names of all texts.
 */
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';

const path = '/dev/theme';

interface Dependencies {
  readonly config: Pick<Config, 'mode' | 'pages'>;
  readonly pages: Pages;
}

export const themePreview = ({ config, pages }: Dependencies): Feature =>
  config.mode === 'production'
    ? { name: 'theme-preview' }
    : {
        name: 'theme-preview',
        pages: async (scope) => {
          scope.get(path, async (request, reply) => {
            const { themePreviewPage } = await import('../../views/pages/theme-preview.ts');
            const body = themePreviewPage(pages.pageFor(request), {
              theme: config.pages.theme,
              texts: config.pages.texts,
            });
            return pages.send(request, reply, body);
          });
        },
      };
