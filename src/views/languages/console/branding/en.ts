import type { BrandingMessages } from './messages.ts';

export const en = {
  menu: 'Branding',
  title: 'Branding',
  lead: 'The images on all pages of this server. An image of the configuration file comes before an uploaded one.',
  image: 'Image',
  images: {
    logo: {
      title: 'Logo',
      hint: 'It is shown 32 pixels high and up to 192 pixels wide, at the top of each page.',
    },
    'logo-dark': {
      title: 'Logo in dark mode',
      hint: 'It takes the place of the logo where people prefer dark pages.',
    },
    favicon: { title: 'Icon', hint: 'It is shown in the tab of the browser. A square image fits best.' },
  },
  source: 'Source',
  configured: 'The configuration:',
  uploaded: 'Uploaded',
  byDefault: 'Built in',
  change: 'Change',
  form: {
    file: 'File',
    fileHint: 'PNG, WebP or SVG, at most 256 KiB.',
    missing: 'Choose a file.',
    upload: 'Upload',
    remove: 'Remove the image',
  },
  done: { uploaded: 'The image was uploaded.', removed: 'The image was removed.' },
} satisfies BrandingMessages;
