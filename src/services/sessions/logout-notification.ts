/** What the outbox keeps of a logout that a client has to be notified of (OpenID Connect Back-Channel Logout). */
export const logoutDelivery = 'logout';

export interface LogoutNotification {
  readonly client: string;
  readonly account: string;
  readonly sid?: string;
}
