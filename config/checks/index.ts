/** The rules that span several keys. The section of a key has the rules for that key alone. */
import { accountsMakeSense, subjectsAreNoClients } from './accounts.ts';
import {
  developmentStaysLocal,
  metricsAreGuarded,
  mtlsOriginIsAnother,
  productionIssuerIsHttps,
  productionReachesNotEverything,
  productionTrustsNotEveryone,
} from './addresses.ts';
import { mappedClaimsAreOfTheOperator, resourceClaimsMakeSense } from './claim-mappings.ts';
import {
  certificatesAreVerified,
  clientResourcesExist,
  clientScopesExist,
  clientsMakeSense,
} from './clients.ts';
import {
  accountsDiffer,
  clientsDiffer,
  groupsDiffer,
  resourcesDiffer,
  upstreamsDiffer,
} from './duplicates.ts';
import { factorLevelsExist, requiredFactorsAreOffered } from './factors.ts';
import { accountsHaveFewGroups, groupsAreNoClaims } from './groups.ts';
import { passkeysBelongToTheIssuer } from './passkeys.ts';
import {
  productionHasItsOwnKey,
  productionHasNoDemo,
  productionSecretsAreNotPlain,
  productionStoreLasts,
} from './production.ts';
import { profileFieldsMakeSense } from './profile.ts';
import { plainTokensAreForNoClient } from './resources.ts';
import type { Rule } from './rule.ts';
import {
  adminLevelExists,
  claimsHaveScopes,
  deadlineCoversOneOperation,
  defaultLanguageIsOffered,
  defaultScopesExist,
  mailUserHasPassword,
  pagesHaveOneLogo,
  signInCanSendCode,
  signUpCanVerify,
  workersShareTheStore,
} from './settings.ts';
import { identifiersHaveUsernames, signInNamesDiffer } from './sign-in.ts';
import { clientUpstreamsExist, upstreamDomainsDiffer, upstreamsMakeSense } from './upstreams.ts';

export const rules: readonly Rule[] = [
  identifiersHaveUsernames,
  signInNamesDiffer,
  passkeysBelongToTheIssuer,
  developmentStaysLocal,
  productionIssuerIsHttps,
  productionTrustsNotEveryone,
  productionReachesNotEverything,
  mtlsOriginIsAnother,
  productionHasItsOwnKey,
  productionStoreLasts,
  productionHasNoDemo,
  productionSecretsAreNotPlain,
  clientsDiffer,
  clientsMakeSense,
  clientResourcesExist,
  clientScopesExist,
  certificatesAreVerified,
  accountsDiffer,
  accountsMakeSense,
  subjectsAreNoClients,
  factorLevelsExist,
  requiredFactorsAreOffered,
  groupsDiffer,
  accountsHaveFewGroups,
  groupsAreNoClaims,
  resourcesDiffer,
  plainTokensAreForNoClient,
  resourceClaimsMakeSense,
  mappedClaimsAreOfTheOperator,
  metricsAreGuarded,
  claimsHaveScopes,
  defaultLanguageIsOffered,
  pagesHaveOneLogo,
  defaultScopesExist,
  deadlineCoversOneOperation,
  workersShareTheStore,
  mailUserHasPassword,
  signInCanSendCode,
  signUpCanVerify,
  profileFieldsMakeSense,
  adminLevelExists,
  upstreamsDiffer,
  upstreamsMakeSense,
  upstreamDomainsDiffer,
  clientUpstreamsExist,
];
