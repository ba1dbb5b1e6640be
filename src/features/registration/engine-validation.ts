import { withIdentityScopes } from '../../provider/clients/client-limits.ts';
import type { Engine } from '../../provider/engine.ts';
import type { ClientMetadata } from '../../services/clients/index.ts';

export interface EngineValidation {
  /** Throws when the engine refuses the client. The secret is the one it would authenticate with. */
  validate(metadata: ClientMetadata, secret: object | undefined): Promise<void>;
  /** True only during `validate`. */
  isValidating(id: string): boolean;
}

/** Applies the engine's own rules before the client is stored. Otherwise its first request would fail. */
export const createEngineValidation = (engine: () => Engine): EngineValidation => {
  const validating = new Set<string>();
  return {
    async validate(metadata, secret) {
      validating.add(metadata.client_id);
      try {
        // The metadata is a JSON object with known names and checked shapes.
        await engine().provider.Client.validate({ ...withIdentityScopes(metadata), ...secret } as never);
      } finally {
        validating.delete(metadata.client_id);
      }
    },
    isValidating: (id) => validating.has(id),
  };
};
