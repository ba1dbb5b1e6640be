export interface AuditProblem {
  readonly chain: string;
  readonly seq?: number;
  readonly message: string;
}
