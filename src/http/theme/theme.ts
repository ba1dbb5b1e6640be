import { type Config, ConfigurationError, type Problem } from '#config';
import type { PageTheme } from '../../views/page.ts';
import { colorProblems, paletteOf } from '../../views/theme/palette.ts';
import { themeStyleSheet } from '../../views/theme/style-sheet.ts';
import {
  type ImageKey,
  imageKeys,
  isProblem,
  readImage,
  readStyleSheet,
  type ThemeFile,
  toThemeFile,
} from './files.ts';

type ThemeConfig = Config['pages']['theme'];

export interface Theme {
  /** What pages link to. */
  readonly page: PageTheme;
  readonly files: readonly ThemeFile[];
  /** The logo has a second path that stays, for messages that were sent before it changed. */
  readonly logo: ThemeFile | undefined;
}

type Files = Partial<Record<ImageKey | 'css_file', ThemeFile>>;

const readAll = (theme: ThemeConfig): { readonly files: Files; readonly problems: Problem[] } => {
  const files: Files = {};
  const problems: Problem[] = [];
  const keep = (key: keyof Files, read: ReturnType<typeof readImage>): void => {
    if (isProblem(read)) problems.push({ path: `pages.theme.${key}`, message: read.message });
    else files[key] = read;
  };
  for (const { key, message } of colorProblems(theme)) problems.push({ path: `pages.theme.${key}`, message });
  for (const key of imageKeys) {
    const file = theme[key];
    if (file !== undefined) keep(key, readImage(key, file));
  }
  if (theme.css_file !== undefined) keep('css_file', readStyleSheet(theme.css_file));
  return { files, problems };
};

/** Everything that is wrong with the theme, for `config check`. */
export const themeProblems = (theme: ThemeConfig): readonly Problem[] => readAll(theme).problems;

const asIcon = ({ path, type }: ThemeFile) => ({ path, type });

/** Reads the files of the theme. It throws a ConfigurationError with all that is wrong. */
export const readTheme = (theme: ThemeConfig): Theme => {
  const { files, problems } = readAll(theme);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const css = themeStyleSheet({
    palette: paletteOf(theme),
    backgroundImage: files.background_image?.path,
  });
  const own = css === '' ? undefined : toThemeFile('theme.css', 'text/css; charset=utf-8', Buffer.from(css));
  const { logo, logo_dark: logoDark, favicon, css_file: custom } = files;
  return {
    page: {
      ...(own && { styleSheet: own.path }),
      ...(custom && { customStyleSheet: custom.path }),
      ...(logo && { logo: logo.path }),
      ...(logoDark && { logoDark: logoDark.path }),
      ...(favicon && { favicon: asIcon(favicon) }),
    },
    files: [...Object.values(files), ...(own ? [own] : [])],
    logo,
  };
};
