import { VERSION } from '../version.ts'
import { FINDINGS, type Finding, type Severity } from './findings.ts'

/** 0 healthy, 1 something must be fixed, 2 nothing but warnings. */
export function exitCode(findings: readonly Finding[]): number {
  if (findings.some(({ severity }) => severity === 'fail')) return 1
  return findings.some(({ severity }) => severity === 'warn') ? 2 : 0
}

/** For scripts. */
export function asJson(findings: readonly Finding[]): string {
  const code = exitCode(findings)
  return `${JSON.stringify({ version: VERSION, healthy: code !== 1, exit_code: code, findings }, null, 2)}\n`
}

const MARKS: Record<Severity, { mark: string; colour: number }> = {
  fail: { mark: 'FAIL', colour: 31 },
  warn: { mark: 'warn', colour: 33 },
  ok: { mark: 'ok  ', colour: 32 },
}

/** For people: by group, each finding with its fix below. */
export function asText(findings: readonly Finding[], coloured: boolean): string {
  const paint = (text: string, colour: number) => (coloured ? `\u001b[${colour}m${text}\u001b[0m` : text)
  const line = ({ id, severity, what, fix }: Finding) => {
    const { mark, colour } = MARKS[severity]
    const better = severity === 'ok' || fix === '' ? '' : `\n        Fix: ${fix}`
    return `  ${paint(mark, colour)}  ${what} ${paint(`[${id}]`, 2)}${better}\n`
  }
  const groups = Object.keys(FINDINGS).flatMap(group => {
    const own = findings.filter(one => one.group === group)
    return own.length > 0 ? [`${paint(group, 1)}\n${own.map(line).join('')}`] : []
  })
  return `${groups.join('\n')}\n${summary(findings)}\n`
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter(one => one.severity === severity).length
  const [fails, warns] = [count('fail'), count('warn')]
  if (fails > 0) return `${fails} to fix, ${warns} to look at.`
  return warns > 0 ? `Nothing to fix, ${warns} to look at.` : 'Healthy.'
}
