/** Messages between the primary and its workers. */
export type FromWorker =
  | { readonly type: 'postern:ready' }
  | { readonly type: 'postern:metrics'; readonly id: number };

export type FromPrimary =
  | { readonly type: 'postern:stop'; readonly how: 'drain' | 'now' }
  | { readonly type: 'postern:metrics'; readonly id: number; readonly text?: string };

const hasType = (value: unknown): value is { readonly type: unknown } =>
  typeof value === 'object' && value !== null && 'type' in value;

/** Node and libraries send other messages on the same channel. */
export const isPosternMessage = <Message extends FromWorker | FromPrimary>(
  value: unknown,
): value is Message => hasType(value) && typeof value.type === 'string' && value.type.startsWith('postern:');
