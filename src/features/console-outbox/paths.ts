export const outboxPath = '/admin/outbox';
