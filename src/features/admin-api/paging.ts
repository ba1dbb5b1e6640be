interface Paging {
  readonly limit?: number;
  readonly cursor?: string;
}

const defaultLimit = 50;

/** The paging of a query, without members that are not set. */
export const pagingOf = ({ limit = defaultLimit, cursor }: Paging) => ({
  limit,
  ...(cursor !== undefined && { cursor }),
});

/** A page as it is answered. */
export const pageBody = <Item, Shown>(
  { items, next }: { readonly items: readonly Item[]; readonly next?: string | undefined },
  show: (item: Item) => Shown,
) => ({
  body: { items: items.map(show), ...(next !== undefined && { next }) },
  ...(next !== undefined && { next }),
});
