export const keysPath = '/admin/keys';
