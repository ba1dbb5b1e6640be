import type { Write } from '../../store/port.ts';

/** A named set of accounts. Membership is stored with each account, and groups are never nested. */
export interface Group {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Groups from the configuration can only be changed there; any account of the store may be a member. */
  readonly from: 'configuration' | 'store';
  /** Milliseconds since the epoch; absent for groups from the configuration. */
  readonly createdAt?: number;
  /** Another text after every change; absent for groups from the configuration. */
  readonly version?: string;
}

interface GroupTexts {
  readonly title?: string;
  readonly description?: string;
}

export interface AddGroup extends GroupTexts {
  readonly name: string;
}

/** `null` removes a text. */
export interface ChangeGroup {
  readonly title?: string | null;
  readonly description?: string | null;
}

interface IfVersion {
  /** Refused with `version_changed` (412) when the group is not as the caller has seen it. */
  readonly ifVersion?: string | undefined;
}

interface GroupPage {
  readonly items: readonly Group[];
  readonly next?: string;
}

export interface Groups {
  find(name: string): Promise<Group | undefined>;
  /** Groups of the configuration come first. */
  list(options?: { readonly limit?: number; readonly cursor?: string }): Promise<GroupPage>;
  add(group: AddGroup): Promise<Group>;
  update(name: string, change: ChangeGroup, options?: IfVersion): Promise<Group>;
  /** Returns the names that no group has. */
  unknown(names: readonly string[]): Promise<readonly string[]>;
  /**
   * Throws `group_not_found` unless all of these groups exist. The writes fail when one of them is changed or deleted
   * meanwhile, so they belong into the commit that makes an account a member.
   */
  require(names: readonly string[]): Promise<readonly Write[]>;
  /** No account can join the group from now on. Throws for a group of the configuration. */
  close(name: string, options?: IfVersion): Promise<void>;
  /** The last step of deleting a group, when it is closed and has no members. */
  remove(name: string): Promise<void>;
}
