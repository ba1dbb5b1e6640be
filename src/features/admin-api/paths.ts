/** The administration API. Routes name their paths below it. */
export const adminApiPath = '/api/admin/v1';
