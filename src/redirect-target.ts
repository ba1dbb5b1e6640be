/**
 * The host that a redirect leads to. A private-use scheme (RFC 8252 §7.1) leads to an app on the device, whatever is in
 * the place of a host: anyone could write the name of another service there.
 */
export const webHostOf = (uri: string): string | undefined => {
  const url = URL.parse(uri);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.host : undefined;
};

/** As people see it: the host, else the scheme of the app. */
export const redirectTargetOf = (uri: string): string | undefined =>
  webHostOf(uri) ?? URL.parse(uri)?.protocol;
