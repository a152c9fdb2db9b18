import { type Proof, type Refusal, type Row, rowKey } from './prove.ts';

/** The matrix grows as it is proved: a heading where policy or statement changes, then a line for each thing taken away. */
export class MatrixWriter {
  readonly #write: (text: string) => void;
  #heading = '';

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  row({ policy, statement, change, provedBy, problem }: Row): void {
    const heading = `${policy}: ${statement}`;
    if (heading !== this.#heading) this.#write(`\n${heading}\n`);
    this.#heading = heading;
    this.#write(
      `  ${change}\n    ${problem === undefined ? `→ ${provedBy}` : `✗ not in this configuration: ${problem}`}\n`,
    );
  }
}

/** By role and service, which actions were tried and refused; with a star those that the role has, but not there. */
export function refusalMatrix(refusals: readonly Refusal[]): string {
  const lines: string[] = [];
  for (const [role, tried] of Map.groupBy(refusals, (refusal) => refusal.role)) {
    lines.push('', `refused when tried as ${role} (* it has the action, but only on its own things)`);
    const actions = new Set(
      tried.filter(isProved).map(({ action, hasElsewhere }) => `${action}${hasElsewhere ? '*' : ''}`),
    );
    for (const [service, names] of Map.groupBy(actions, (action) => action.split(':')[0]!)) {
      const short = names.map((action) => action.slice(service.length + 1));
      lines.push(`  ${service}: ${short.toSorted().join(', ')}`);
    }
  }
  return lines.join('\n');
}

/** Everything that isn't as it should be, a line each. */
export function problemsOf(proofs: readonly (Proof & { configuration: string })[]): string[] {
  const proved = new Set(proofs.flatMap(({ rows }) => rows.filter(isProved).map(rowKey)));
  const unproved = new Map(
    proofs
      .flatMap(({ rows }) => rows)
      .filter((row) => !isProved(row) && !proved.has(rowKey(row)))
      .map((row) => [rowKey(row), `${rowKey(row)}: ${row.problem}`]),
  );
  return [
    ...proofs.flatMap(({ configuration, broken }) =>
      [...new Set(broken)].map((check) => `${configuration}: fails with nothing taken away: ${check}`),
    ),
    ...unproved.values(),
    ...proofs.flatMap(({ configuration, refusals }) =>
      refusals
        .filter(({ problem }) => problem !== undefined)
        .map(
          ({ role, action, resource, problem }) => `${configuration}: ${role}, ${action} on ${resource}: ${problem}`,
        ),
    ),
  ];
}

/** The last line. */
export function summaryOf(proofs: readonly Proof[]): string {
  const rows = proofs.flatMap((proof) => proof.rows);
  const all = new Set(rows.map(rowKey));
  const proved = new Set(rows.filter(isProved).map(rowKey));
  const statements = new Set(rows.map(({ policy, statement }) => `${policy}: ${statement}`));
  const refusals = proofs.flatMap((proof) => proof.refusals);
  const refused = refusals.filter(({ problem }) => problem === undefined);
  return `${proved.size} of ${all.size} parts and limits of ${statements.size} statements are missed when taken away; ${refused.length} of ${refusals.length} attempts beyond them are refused`;
}

function isProved({ problem }: { problem?: string }): boolean {
  return problem === undefined;
}
