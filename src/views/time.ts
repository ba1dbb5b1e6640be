/** "in 2 minutes", in the given language. It rounds up, so that waiting that long is enough. */
export const relativeTime = (tag: string, seconds: number): string => {
  const format = new Intl.RelativeTimeFormat(tag, { numeric: 'always' });
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 90) return format.format(whole, 'second');
  if (whole < 90 * 60) return format.format(Math.ceil(whole / 60), 'minute');
  if (whole < 48 * 3600) return format.format(Math.ceil(whole / 3600), 'hour');
  return format.format(Math.ceil(whole / 86_400), 'day');
};

export const longDate = (tag: string, date: Date): string =>
  new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' }).format(date);

/** In the time zone of the person, where it is known and valid. */
export const dateTime = (tag: string, date: Date, zone = 'UTC'): string => {
  const style = { dateStyle: 'medium', timeStyle: 'short' } as const;
  try {
    return new Intl.DateTimeFormat(tag, { ...style, timeZone: zone }).format(date);
  } catch {
    return new Intl.DateTimeFormat(tag, { ...style, timeZone: 'UTC' }).format(date);
  }
};

/** With seconds and in UTC, because people compare it with a log. */
export const utcDateTime = (tag: string, date: Date): string =>
  new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'long', timeZone: 'UTC' }).format(date);
