import { map, optional, section, text } from '../schema/build.ts';

const file = (description: string) => optional(text(description, { format: 'file' }));
const color = (description: string) => optional(text(description, { format: 'color' }));

export const theme = section('The look of pages and messages.', {
  accent: color(
    'The color of links, buttons and the default logo, as `#17645a`. The start checks that people can read it.',
  ),
  accent_dark: color('The same in dark mode. Default: `accent`, as light as dark mode needs it.'),
  background: color('The color behind the page, in light mode.'),
  background_image: file('The file of an image behind the page: SVG, PNG, WebP or JPEG, at most 1 MiB.'),
  logo: file(
    'The file of a logo: SVG, PNG or WebP, at most 256 KiB. Messages show it too, unless it is SVG or WebP.',
  ),
  logo_dark: file('The file of the logo in dark mode. Default: `logo`.'),
  favicon: file('The file of the icon in the tab of the browser: SVG, PNG or ICO, at most 256 KiB.'),
  css_file: file(
    'A style sheet of yours, at most 256 KiB, after those of the pages. It can load nothing, and the administration pages don’t have it.',
  ),
});

const page = (description: string) => optional(text(description, { format: 'web-page' }));

export const links = section('Links at the end of pages and messages.', {
  help: page('Where people find help.'),
  privacy: page('The privacy policy.'),
  imprint: page('The legal notice.'),
});

export const texts = map(
  map(text('The text. It is shown as it is, without markup.', { maxLength: 1000 }), 'A text for each name.'),
  'Your own texts, for each language by their names. Development mode shows the names at /dev/theme. A text with values has them as {1}, {2}.',
  { default: {} },
);
