export const upstreamsPath = '/account/upstreams';
/** The page of a person who came back. */
export const confirmPath = `${upstreamsPath}/confirm`;
export const connectPath = (upstream: string): string => `${upstreamsPath}/connect/${upstream}`;
/** Leaves for the upstream. */
export const leavePath = (upstream: string): string => `${connectPath(upstream)}/go`;
export const removeIdentityPath = (id: string): string => `${upstreamsPath}/${id}/remove`;
