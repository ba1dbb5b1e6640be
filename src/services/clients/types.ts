import type { ClientType } from './client.ts';

export const clientTypes = [
  'web',
  'spa',
  'native',
  'machine',
  'device',
  'issuer',
] as const satisfies readonly ClientType[];

export const isClientType = (text: string): text is ClientType => clientTypes.some((type) => type === text);
