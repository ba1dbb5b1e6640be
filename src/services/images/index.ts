/**
 * Owns the images that administrators upload in the console: the logos and the icon of this site, and the logo of a
 * client. They are in the store, so every process serves them.
 *
 * image-type.ts   tells PNG, WebP and SVG by the content, and refuses everything else
 * record.ts       how an image is stored, and its path, which changes with its content
 * site-images.ts  which images the site has, known to every process
 * routes.ts       serves them
 *
 * A file of the configuration (`pages.theme`) wins over an upload. The logo of a client is also its `logo_uri`, which
 * services/clients changes in the same commit.
 */
export { type Image, imageOf } from './image-type.ts';
export {
  clientImageKey,
  clientImagePath,
  putClientImage,
  type SiteImageName,
  siteImageNames,
  siteImagePath,
} from './record.ts';
export { imageRoutes } from './routes.ts';
export {
  createSiteImages,
  type SiteImage,
  type SiteImages,
  withSiteImages,
} from './site-images.ts';
