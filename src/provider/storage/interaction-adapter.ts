import { type AdapterPayload, errors } from 'oidc-provider';
import type { Document } from '../../store/port.ts';
import { modelKey } from './ids.ts';
import { type AdapterDependencies, ModelAdapter } from './model-adapter.ts';

/** An interaction is resumed once. The engine destroys it then; here it is consumed, so that a second resume fails. */
export class InteractionAdapter extends ModelAdapter {
  constructor(dependencies: AdapterDependencies) {
    super('Interaction', dependencies);
  }

  override async destroy(id: string): Promise<undefined> {
    const key = modelKey('Interaction', id);
    if (!key) return;
    const at = this.clock.now();
    const onConflict = () => ({ error: new errors.SessionNotFound('interaction session not found') });
    await this.change((work) => work.stage({ op: 'consume', key, at }, { onConflict }));
  }

  protected override decode(document: Document, id: string): AdapterPayload | undefined {
    return document.consumption ? undefined : super.decode(document, id);
  }
}
