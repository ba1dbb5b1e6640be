import type { Administration } from '../../services/administration/index.ts';
import { consolePath } from '../../services/clients/index.ts';
import type { SiteImages } from '../../services/images/index.ts';

export const brandingPath = `${consolePath}/branding`;

export interface ConsoleBrandingDependencies {
  readonly siteImages: Pick<SiteImages, 'configured' | 'read'>;
  readonly administration: Pick<Administration, 'branding'>;
}
