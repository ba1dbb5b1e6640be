/** The engine's routes, by the names that `ctx.oidc.route` has for them. */
export type EngineRoute =
  | 'authorization'
  | 'backchannel_authentication'
  | 'code_verification'
  | 'device_authorization'
  | 'device_resume'
  | 'discovery'
  | 'end_session'
  | 'end_session_confirm'
  | 'end_session_success'
  | 'introspection'
  | 'pushed_authorization_request'
  | 'resume'
  | 'revocation'
  | 'token'
  | 'userinfo';
