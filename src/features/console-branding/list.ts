import { type ConsoleHandler, doneMessageOf } from '../../services/console-pages/index.ts';
import { siteImageNames, siteImagePath } from '../../services/images/index.ts';
import { brandingPage } from '../../views/console/branding.ts';
import { brandingPath, type ConsoleBrandingDependencies } from './dependencies.ts';

export const listImages =
  ({ siteImages }: ConsoleBrandingDependencies): ConsoleHandler =>
  async ({ by, frame, query }) => {
    const { images } = await siteImages.read();
    const mayChange = by.permissions.has('branding');
    return {
      page: brandingPage(frame, {
        images: siteImageNames.map((name) => {
          const { [name]: image } = images;
          const { [name]: setting } = siteImages.configured;
          return {
            name,
            setting,
            uploaded: image && { path: siteImagePath(name, image), at: image.at },
            change: mayChange && setting === undefined ? `${brandingPath}/${name}` : undefined,
          };
        }),
        done: doneMessageOf(frame.text.branding.done, query),
      }),
    };
  };
