/**
 * The name and home of the published package. Both are placeholders until the first publication: as long as
 * `published` is false, the documentation installs the tarball of a release and never names the package to a registry.
 */
export const identity = {
  packageName: 'postern',
  repository: 'https://github.com/postern-auth/postern',
  published: false,
} as const;
