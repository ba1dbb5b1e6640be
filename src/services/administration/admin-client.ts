import { adminAudience, type Config } from '#config';

type Metadata = Readonly<Record<string, unknown>>;

/** Whether the operator lets the client use the administration API: it lists the API by name, and didn't register itself. */
export const createIsAdminClient = (
  config: Pick<Config, 'issuer'>,
): ((client: Metadata | undefined) => boolean) => {
  const audience = adminAudience(config);
  return (client) =>
    client !== undefined &&
    [client['resources']].flat().includes(audience) &&
    client['from_registration'] !== true &&
    client['issuer_tokens'] !== true;
};
