interface LanguagePreferences {
  /** The value of `?lang=`, which language links set. */
  readonly query?: string | undefined;
  /** The cookie that remembers such a choice. */
  readonly cookie?: string | undefined;
  /** `ui_locales` of the request: space-separated, best first (OpenID Connect Core §3.1.2.1). */
  readonly uiLocales?: string | undefined;
  readonly acceptLanguage?: string | undefined;
  readonly supported: readonly string[];
  readonly default: string;
}

/** Prefers the person's own choice, then the app's, then the browser's. Unknown tags are ignored. */
export const chooseLanguage = (preferences: LanguagePreferences): string => {
  const tags = [
    ...splitList(preferences.query, /\s+/),
    ...splitList(preferences.cookie, /\s+/),
    ...splitList(preferences.uiLocales, /\s+/),
    ...byQuality(preferences.acceptLanguage),
  ];
  for (const tag of tags) {
    const found = lookup(tag, preferences.supported);
    if (found !== undefined) return found;
  }
  return preferences.default;
};

/** Any caller can send these lists, so they are cut to a length that no honest list exceeds. */
const maxListLength = 256;
const maxTags = 16;

const splitList = (list: string | undefined, at: RegExp): string[] =>
  (list ?? '')
    .slice(0, maxListLength)
    .split(at, maxTags)
    .filter((item) => item !== '');

/** RFC 4647 §3.4: drops subtags from the end, as in `de-AT-1996`, `de-AT`, `de`. */
const lookup = (tag: string, supported: readonly string[]): string | undefined => {
  for (
    let range = tag.toLowerCase();
    range !== '';
    range = range.slice(0, Math.max(range.lastIndexOf('-'), 0))
  ) {
    const found = supported.find((one) => one.toLowerCase() === range);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** RFC 9110 §12.5.4. `*` and `q=0` are ignored. */
const byQuality = (header: string | undefined): string[] =>
  splitList(header, /\s*,\s*/)
    .map((item) => {
      const [tag = '', ...parameters] = item.trim().split(/\s*;\s*/);
      const quality = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
      return { tag, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0 && quality <= 1)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
