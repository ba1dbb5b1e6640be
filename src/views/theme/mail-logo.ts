import type { Config } from '#config';

/** Messages keep this path when the logo changes. */
export const mailLogoPath = '/theme/logo';

type Pages = Config['pages'];

interface Configured extends Pick<Config, 'issuer'> {
  readonly pages: Pick<Pages, 'logo'> & { readonly theme: Pick<Pages['theme'], 'logo'> };
}

/** A logo from the console. */
export interface UploadedLogo {
  readonly extension: string;
}

/** The logo of messages. Mail readers show no SVG, and many show no WebP. */
export const mailLogo = (
  { issuer, pages }: Configured,
  uploaded: UploadedLogo | undefined,
): string | undefined => {
  const { logo: file } = pages.theme;
  if (file === undefined && pages.logo !== undefined) return pages.logo;
  const isPng = file === undefined ? uploaded?.extension === 'png' : file.toLowerCase().endsWith('.png');
  return isPng ? `${issuer}${mailLogoPath}` : undefined;
};
