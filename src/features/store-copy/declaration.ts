import type { FeatureDeclaration } from '../../feature.ts';

export const storeCopyDeclaration: FeatureDeclaration = {
  name: 'store-copy',
  commands: {
    migrate: async () => (await import('./commands/migrate.ts')).migrate,
    export: async () => (await import('./commands/export.ts')).exportRecords,
    import: async () => (await import('./commands/import.ts')).importRecords,
    restore: async () => (await import('./commands/restore.ts')).restore,
  },
};
