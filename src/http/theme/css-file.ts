/** Spells what a style sheet can load with. `data:` images and parts of the page load nothing. */
const loaders = /@import|\b(?:-webkit-)?(?:image-set|cross-fade|image|src)\(/i;
const harmless = /^(?:data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,]|#)/i;

/**
 * Comments, strings, and what is written without quotes in `url(…)`. In the last, `/*` begins no comment. Everything
 * else is one character, so that nothing hides another token.
 */
const token =
  /(\/\*[\s\S]*?(?:\*\/|$))|("(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?)|\burl\(\s*(?:"((?:\\[\s\S]|[^"\\\n])*)"|'((?:\\[\s\S]|[^'\\\n])*)'|([^"'\s)][^)]*)?)|([\s\S])/gi;

/** Why the style sheet of an operator is refused, or undefined. Browsers would stop what this misses (CSP). */
export const cssProblem = (css: string): string | undefined => {
  let rest = '';
  const text = css.replaceAll(/\r\n?|\f/g, '\n');
  for (const [, comment, string, double, single, bare, other] of text.matchAll(token)) {
    if (comment !== undefined) rest += ' ';
    else if (string !== undefined) rest += '""';
    else if (other === '\\')
      return 'has a backslash outside a string; write the character itself, or put the text into quotes';
    else if (other !== undefined) rest += other;
    else {
      const target = (double ?? single ?? bare ?? '').trim();
      if (target.includes('\\') || !harmless.test(target))
        return `loads ${JSON.stringify(target.slice(0, 60))}; url(…) may have data:image/… only`;
    }
  }
  const loader = loaders.exec(rest)?.[0];
  return loader === undefined
    ? undefined
    : `has ${loader.replace(/\($/, '(…)')}, which could load from elsewhere`;
};
