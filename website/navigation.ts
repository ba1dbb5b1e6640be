/** The navigation of the site is the index of the documentation, so that a page is listed in one place. */

interface Entry {
  readonly text: string;
  readonly link: string;
}

interface Group {
  readonly text: string;
  readonly items: readonly Entry[];
}

/** Paths of pages without the name of the file, as the site serves them. */
const pathOf = (target: string): string =>
  new URL(target, 'https://site/docs/').pathname.replace(/(?:README)?\.md$/, '');

/** Names within a sentence begin with a small letter. */
const titleOf = (text: string): string => {
  const title = text.replaceAll('`', '');
  return title.charAt(0).toUpperCase() + title.slice(1);
};

/** Reads headings and the links of their lists from docs/README.md. */
export const navigationOf = (index: string): readonly Group[] =>
  index
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      text: section.slice(0, section.indexOf('\n')),
      items: [...section.matchAll(/\[([^\]]+)\]\(([^)#]+\.md)\)/g)].map(([, text = '', target = '']) => ({
        text: titleOf(text),
        link: pathOf(target),
      })),
    }));
