/**
 * Owns which claims people fill in themselves, and which values they may have: `profile.editable` and `profile.fields`.
 * The pages belong to features/account-profile, features/create-account and features/invitation.
 */
export { createProfileFields, type ProfileField, type ProfileFields } from './profile-fields.ts';
export { type ReadProfile, readProfile, toFieldModels } from './read-profile.ts';
export { isValid, kindOf } from './values.ts';
