import type { Config } from '#config';
import { type Color, contrast, leastContrast, mix } from './colors.ts';

type Theme = Config['pages']['theme'];

/** Colors of `postern.css` that a theme doesn't change, or that it starts from. */
const light = { paper: '#f4f2ec', card: '#fffefc', ink: '#1c2422', muted: '#57625f' } as const;
const dark = { paper: '#101514', card: '#181f1d' } as const;
export const defaultAccent = '#17645a';

/** Properties of the style sheet. */
type Variables = Readonly<Record<string, Color>>;

export interface Palette {
  readonly light: Variables;
  readonly dark: Variables;
}

export interface ColorProblem {
  readonly key: 'accent' | 'accent_dark' | 'background';
  readonly message: string;
}

/** The backgrounds of text in the accent: card, messages, page, its glow, and the tinted boxes on the card. */
const surfacesOf = (variables: Variables, card: Color, paper: Color): readonly Color[] => [
  card,
  card === light.card ? light.paper : paper,
  paper,
  variables['--glow'] ?? paper,
  mix(variables['--soft'] ?? card, 0.3, card),
];

const lightVariables = (accent: Color, paper: Color): Variables => ({
  '--accent': accent,
  '--accent-deep': mix(accent, 0.78, '#000000'),
  '--on-accent': '#ffffff',
  '--soft': mix(accent, 0.12, light.card),
  '--glow': mix(accent, 0.08, paper),
  '--door': mix(accent, 0.55, '#000000'),
});

const darkVariables = (accent: Color): Variables => ({
  '--accent': accent,
  '--accent-deep': mix(accent, 0.75, '#ffffff'),
  '--on-accent': mix(accent, 0.12, '#000000'),
  '--soft': mix(accent, 0.16, dark.card),
  '--glow': mix(accent, 0.12, dark.paper),
  '--door': mix(accent, 0.3, '#000000'),
});

const least = (accent: Color, surfaces: readonly Color[]): number =>
  Math.min(...surfaces.map((surface) => contrast(accent, surface)));

/** The least contrast of the accent with what is behind it, in each mode. */
export const contrastsOf = (palette: Palette, background: Color = light.paper) => ({
  light: least(palette.light['--accent'] ?? '', surfacesOf(palette.light, light.card, background)),
  dark: least(palette.dark['--accent'] ?? '', surfacesOf(palette.dark, dark.card, dark.paper)),
});

/** Mixes white into the accent until it can be read in dark mode. */
const lighten = (accent: Color): Color => {
  for (let share = 1; share > 0; share -= 0.05) {
    const lighter = mix(accent, share, '#ffffff');
    if (least(lighter, surfacesOf(darkVariables(lighter), dark.card, dark.paper)) >= 6) return lighter;
  }
  return '#ffffff';
};

/** Undefined where the theme sets no color. */
export const paletteOf = ({
  accent,
  accent_dark: accentDark,
  background,
}: Pick<Theme, 'accent' | 'accent_dark' | 'background'>): Palette | undefined => {
  if (accent === undefined && accentDark === undefined && background === undefined) return undefined;
  const chosen = accent ?? defaultAccent;
  return {
    light: {
      ...lightVariables(chosen, background ?? light.paper),
      ...(background !== undefined && { '--paper': background }),
    },
    dark: {
      ...darkVariables(accentDark ?? lighten(chosen)),
      ...(background !== undefined && { '--paper': dark.paper }),
    },
  };
};

const ratio = (value: number): string => `${(Math.floor(value * 10) / 10).toFixed(1)}:1`;

const darkerOf = (accent: Color, isEnough: (color: Color) => boolean): Color => {
  let color = accent;
  for (let share = 0.95; !isEnough(color) && share > 0; share -= 0.05) color = mix(accent, share, '#000000');
  return color;
};

const lighterOf = (accent: Color): Color => {
  let color = accent;
  const isEnough = (one: Color): boolean =>
    least(one, surfacesOf(darkVariables(one), dark.card, dark.paper)) >= leastContrast;
  for (let share = 0.95; !isEnough(color) && share > 0; share -= 0.05) color = mix(accent, share, '#ffffff');
  return color;
};

/** What people could not read. */
export const colorProblems = (theme: Theme): readonly ColorProblem[] => {
  const palette = paletteOf(theme);
  if (palette === undefined) return [];
  const { background = light.paper } = theme;
  const problems: ColorProblem[] = [];
  const text = Math.min(contrast(light.ink, background), contrast(light.muted, background));
  if (text < leastContrast)
    problems.push({
      key: 'background',
      message: `Text on it has a contrast of ${ratio(text)} only; ${leastContrast}:1 is needed (WCAG 1.4.3). Choose a lighter color.`,
    });
  const contrasts = contrastsOf(palette, background);
  // A background that text can't be read on says nothing about the accent.
  if (contrasts.light < leastContrast && text >= leastContrast) {
    const isEnough = (color: Color): boolean =>
      least(color, surfacesOf(lightVariables(color, background), light.card, background)) >= leastContrast;
    problems.push({
      key: theme.accent === undefined ? 'background' : 'accent',
      message: `In light mode links and buttons have a contrast of ${ratio(contrasts.light)} only; ${leastContrast}:1 is needed (WCAG 1.4.3). ${darkerOf(theme.accent ?? defaultAccent, isEnough)} is dark enough.`,
    });
  }
  if (contrasts.dark < leastContrast && theme.accent_dark !== undefined)
    problems.push({
      key: 'accent_dark',
      message: `In dark mode links and buttons have a contrast of ${ratio(contrasts.dark)} only; ${leastContrast}:1 is needed (WCAG 1.4.3). ${lighterOf(theme.accent_dark)} is light enough.`,
    });
  return problems;
};
