import type { Palette } from './palette.ts';

interface ThemeStyle {
  readonly palette: Palette | undefined;
  /** The path of the image behind the page. */
  readonly backgroundImage: string | undefined;
}

const declarations = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `  ${name}: ${value};\n`)
    .join('');

/** A transparent shade of a color of six digits. */
const focusOf = (color = '#000000', opacity: string): string => `${color}${opacity}`;

/** The part of the style sheet that follows from the theme. Its selectors are those of `postern.css`. */
export const themeStyleSheet = ({ palette, backgroundImage }: ThemeStyle): string =>
  [palette && colors(palette), backgroundImage && background(backgroundImage)].filter(Boolean).join('\n');

const colors = ({ light, dark }: Palette): string => `:root:root {
${declarations({ ...light, '--focus': focusOf(light['--accent'], '73') })}}

@media (prefers-color-scheme: dark) {
  :root:root {
${declarations({ ...dark, '--focus': focusOf(dark['--accent'], '80') })}  }
}
`;

/** Text outside the sheet gets a plate, because its contrast with an image is unknown. A narrow page shows no image. */
const background = (path: string): string => `@media (min-width: 30.0625rem) {
  body {
    background: var(--paper) url("${path}") center / cover no-repeat fixed;
  }

  body::before {
    content: none;
  }

  .site-header {
    margin-block: 1.5rem 1.25rem;
    padding-block: 0;
  }

  .site-header .brand,
  .site-footer,
  .with-menu nav.account-menu {
    padding: 0.5rem 1rem;
    border-radius: 0.75rem;
    background: var(--card);
  }

  .with-menu nav.account-menu {
    align-self: start;
  }

  .site-footer {
    margin-block: 1.5rem;
  }
}
`;
