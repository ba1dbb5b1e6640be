import type { Config } from '#config';

/** Messages keep this path when the logo changes. */
export const mailLogoPath = '/theme/logo';

/** The logo of messages. Mail readers show no SVG, and many show no WebP. */
export const mailLogo = ({ issuer, pages }: Pick<Config, 'issuer' | 'pages'>): string | undefined => {
  const { logo } = pages.theme;
  if (logo === undefined) return pages.logo;
  return logo.toLowerCase().endsWith('.png') ? `${issuer}${mailLogoPath}` : undefined;
};
