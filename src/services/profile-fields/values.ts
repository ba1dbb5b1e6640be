import { isDisplayName } from '../../display-name.ts';

/** What a claim holds, as far as this server knows it. */
export type ValueKind = 'text' | 'url' | 'image' | 'date' | 'zone' | 'language';

const kinds: Readonly<Record<string, ValueKind>> = {
  profile: 'url',
  website: 'url',
  picture: 'image',
  birthdate: 'date',
  zoneinfo: 'zone',
  locale: 'language',
};

export const kindOf = (claim: string): ValueKind =>
  Object.hasOwn(kinds, claim) ? (kinds[claim] ?? 'text') : 'text';

const isUrl = (value: string, protocols: readonly string[]): boolean =>
  !/\s/.test(value) && protocols.includes(URL.parse(value)?.protocol ?? '');

const isDate = (value: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) && value <= '9999-12-31';

const isZone = (value: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone);
  } catch {
    return false;
  }
};

const isLanguage = (value: string): boolean => {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
};

const checks: Readonly<Record<ValueKind, (value: string) => boolean>> = {
  text: isDisplayName,
  url: (value) => isUrl(value, ['https:', 'http:']),
  image: (value) => isUrl(value, ['https:']),
  date: isDate,
  zone: isZone,
  language: isLanguage,
};

export const isValid = (kind: ValueKind, value: string): boolean => checks[kind](value);

export const timeZones = (): readonly string[] => Intl.supportedValuesOf('timeZone');
