import type { Image, SiteImage, SiteImageName, SiteImages } from '../images/index.ts';
import { type Administrator, requirePermission } from './administrator.ts';
import type { RecordChange } from './change-record.ts';

export interface BrandingAdministration {
  /** Undefined removes the image, so the page shows that of Postern again. */
  changeImage(
    by: Administrator,
    name: SiteImageName,
    image: Image | undefined,
    condition: { readonly ifVersion: string },
  ): Promise<void>;
}

interface Dependencies {
  readonly siteImages: Pick<SiteImages, 'change'>;
  readonly recordChange: RecordChange;
}

/** The record has the hash and the size, and never the content. */
const describe = ({ extension, hash, bytes }: SiteImage) => ({ type: extension, hash, bytes });

export const createBrandingAdministration = ({
  siteImages,
  recordChange,
}: Dependencies): BrandingAdministration => ({
  async changeImage(by, name, image, { ifVersion }) {
    requirePermission(by, 'branding');
    const { before, after } = await siteImages.change(name, image, ifVersion);
    recordChange(by, {
      operation: 'branding.update',
      before: before && describe(before),
      after: after && describe(after),
      details: { image: name },
    });
  },
});
