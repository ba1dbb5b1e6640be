/** A color as `#rrggbb`. The configuration allows no other form. */
export type Color = string;

type Channels = readonly [red: number, green: number, blue: number];

const channelsOf = (color: Color): Channels => {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
};

const toColor = (channels: Channels): Color =>
  `#${channels.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;

/** `share` of the first color, and the rest of the second, as `color-mix(in srgb, …)`. */
export const mix = (color: Color, share: number, other: Color): Color => {
  const [red, green, blue] = channelsOf(color);
  const [otherRed, otherGreen, otherBlue] = channelsOf(other);
  const between = (one: number, two: number): number => one * share + two * (1 - share);
  return toColor([between(red, otherRed), between(green, otherGreen), between(blue, otherBlue)]);
};

/** WCAG 2.2, relative luminance. */
const luminanceOf = (color: Color): number => {
  const [red, green, blue] = channelsOf(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number]; // `map` keeps the three channels.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** WCAG 2.2, contrast ratio: from 1 to 21. */
export const contrast = (one: Color, other: Color): number => {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
};

/** WCAG 2.2, success criterion 1.4.3. */
export const leastContrast = 4.5;
