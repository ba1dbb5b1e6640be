type Client = Readonly<Record<string, unknown>>;

interface Request {
  /** The scopes of the code or token, separated by spaces. */
  readonly scope: string;
  /** What the parameter `claims` requests for ID tokens (OpenID Connect Core §5.5). */
  readonly requested: object;
}

/**
 * Whether the ID tokens of a client have a personal claim that it may receive. They have those that the `claims` parameter
 * or the operator names, and groups, because many applications read groups nowhere else.
 */
export const isForIdToken = (client: Client, name: string, { scope, requested }: Request): boolean => {
  const wanted = client['id_token_claims'];
  return (
    wanted === 'all' ||
    Object.hasOwn(requested, name) ||
    (name === 'groups' && scope.split(' ').includes('groups')) ||
    (Array.isArray(wanted) && wanted.includes(name))
  );
};
