export const dataPath = '/account/data';
export const deletePath = '/account/delete';
export const deletedPath = '/account/deleted';
