import { familyLength } from '../../provider/storage/ids.ts';
import type { Key } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';

const wellFormed = /^[A-Za-z0-9_-]{36}$/;

/** The key of a request has a digest of the `auth_req_id` and its family, which isn't secret (storage/ids.ts). */
export const handleOf = ({ family, id }: Key): string => family + id;

export const keyOfHandle = (handle: string): Key | undefined =>
  wellFormed.test(handle)
    ? {
        kind: kinds.backchannelRequest,
        family: handle.slice(0, familyLength),
        id: handle.slice(familyLength),
      }
    : undefined;
