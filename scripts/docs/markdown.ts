type Row = readonly string[]

/** A Markdown table. */
export function table(head: Row, rows: readonly Row[]): string {
  return written(
    head,
    head.map(() => '---'),
    rows,
  )
}

/** The same of figures: to the right but for the first column, and those without a heading. */
export function figuresTable(head: Row, rows: readonly Row[]): string {
  return written(
    head,
    head.map((heading, column) => (column === 0 || heading === '' ? '---' : '---:')),
    rows,
  )
}

function written(head: Row, rule: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [head, rule, ...rows].map(line).join('\n')
}
