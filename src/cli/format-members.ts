import { toReadable } from '#src/readable-text.ts';

const formatValue = (value: unknown): string =>
  toReadable(
    typeof value === 'string'
      ? value
      : Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? value.join(' ')
        : JSON.stringify(value),
  );

/** Formats an object with one line for each member. */
export const formatMembers = (data: Readonly<Record<string, unknown>>): string => {
  const width = Math.max(...Object.keys(data).map((name) => name.length));
  return Object.entries(data)
    .map(([name, value]) => `${name.padEnd(width)}  ${formatValue(value)}`)
    .join('\n');
};
