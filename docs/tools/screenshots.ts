/** The pages of which the documentation has screenshots: each by its name, in light and dark. */
export const screenshots = [
  'sign-in-page',
  'consent-page',
  'second-factor-page',
  'account-page',
  'passkeys-page',
  'console-page',
  'console-clients-page',
] as const;

export const colorSchemes = ['light', 'dark'] as const;

export const screenshotFile = (
  name: (typeof screenshots)[number],
  scheme: (typeof colorSchemes)[number],
): string => `${name}-${scheme}.webp`;
