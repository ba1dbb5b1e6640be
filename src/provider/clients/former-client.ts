/**
 * A client that is added under the id of a deleted one is another client. Whether something was issued to the former
 * one, in seconds since 1970. Clients of the configuration have no time.
 */
export const isOfFormerClient = (
  client: Readonly<Record<string, unknown>> | undefined,
  issuedAt: number | undefined,
): boolean => issuedAt !== undefined && issuedAt < Number(client?.['client_id_issued_at'] ?? 0);
