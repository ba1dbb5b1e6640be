/**
 * Owns the pages of the console about the images of this site. The images belong to services/images, and who may change
 * them to services/administration. The logo of a client is a page of features/console-clients.
 *
 * GET       /admin/branding         each image with its source: the configuration, an upload, or Postern
 * GET, POST /admin/branding/:image  uploads or removes one: 303 to all
 */
import type { Feature } from '../../feature.ts';
import { formRoutes } from '../../services/console-pages/index.ts';
import { brandingPath, type ConsoleBrandingDependencies } from './dependencies.ts';

export const consoleBranding = (dependencies: ConsoleBrandingDependencies): Feature => ({
  name: 'console-branding',
  console: {
    menu: { path: brandingPath, permission: 'read', label: ({ branding }) => branding.menu },
    routes: [
      {
        method: 'GET',
        path: brandingPath,
        permission: 'read',
        load: async () => (await import('./list.ts')).listImages(dependencies),
      },
      ...formRoutes({
        path: `${brandingPath}/:image`,
        permission: 'branding',
        takesFile: true,
        load: async () => (await import('./change.ts')).changeImage(dependencies),
      }),
    ],
  },
});
