import Type from 'typebox';
import { type StoredUpstreamSettings, storedUpstreamSchema } from '#config';

const enabled = { type: 'boolean', description: 'Whether people can sign in by it.' } as const;

const { properties = {}, required = [] } = storedUpstreamSchema;

/** The settings of an upstream as the configuration has them, and whether it is switched on. */
interface UpstreamBody {
  readonly settings: StoredUpstreamSettings;
  readonly enabled: boolean | undefined;
}

type Body = StoredUpstreamSettings & { readonly enabled?: boolean };

export const newUpstreamBody = Type.Unsafe<Body>({
  type: 'object',
  properties: { ...properties, enabled },
  required: [...required],
  additionalProperties: false,
});

const { id: _, ...changeable } = properties;

export const changedUpstreamBody = Type.Unsafe<Body>({
  type: 'object',
  properties: {
    ...Object.fromEntries(
      Object.entries(changeable).map(([name, { default: _default, ...property }]) => [
        name,
        { anyOf: [property, { type: 'null' }], description: property.description },
      ]),
    ),
    enabled,
  },
  additionalProperties: false,
});

export const fromBody = ({ enabled: isEnabled, ...settings }: Body): UpstreamBody => ({
  settings,
  enabled: isEnabled,
});
