/** The text if it is the address of a page or an image. Applications show it, so no other scheme is kept. */
export const imageOrPage = (text: string): string | undefined => {
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'https:' || protocol === 'http:' ? text : undefined;
};
