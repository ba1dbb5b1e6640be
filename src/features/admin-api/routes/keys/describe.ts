import { timeText } from '../../../../services/administration/index.ts';
import type { KeyInfo } from '../../../../services/keys/index.ts';

export const describeKey = ({
  kid,
  use,
  alg,
  stage,
  held,
  created,
  active_at,
  retire_at,
  remove_at,
}: KeyInfo) => ({
  kid,
  use,
  ...(alg !== undefined && { alg }),
  stage,
  held,
  created_at: timeText(created),
  active_at: timeText(active_at),
  ...(retire_at !== undefined && { retire_at: timeText(retire_at) }),
  ...(remove_at !== undefined && { remove_at: timeText(remove_at) }),
});
