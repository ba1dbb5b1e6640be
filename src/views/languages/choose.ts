interface LanguagePreferences {
  /** `?lang=`: the user pressed a language link. */
  readonly query?: string | undefined;
  /** What that press left behind. */
  readonly cookie?: string | undefined;
  /** `ui_locales` of the request: OpenID Connect Core §3.1.2.1, space-separated, best first. */
  readonly uiLocales?: string | undefined;
  readonly acceptLanguage?: string | undefined;
  readonly supported: readonly string[];
  readonly default: string;
}

/** The user's own choice, then the app's wish, then the browser's. Unknown tags count for nothing. */
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

/** Anyone can send these: what is longer than any honest list is cut before it is read. */
const maxListLength = 256;
const maxTags = 16;

const splitList = (list: string | undefined, at: RegExp): string[] =>
  (list ?? '')
    .slice(0, maxListLength)
    .split(at, maxTags)
    .filter((item) => item !== '');

/** RFC 4647 §3.4: from the end, subtag by subtag: `de-AT-1996`, `de-AT`, `de`. */
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

/** RFC 9110 §12.5.4; `*` and `q=0` choose nothing. */
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
