import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { heightStyles } from './heights.ts'

const asset = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
export const STYLE = asset('./report.css') + heightStyles()
export const SCRIPT = asset('./report.js')

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** What the page may do, and nothing else: its own style and script, pictures and sounds inside it or beside it. */
export const REPORT_POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; img-src data:; media-src data: 'self'; base-uri 'none'; form-action 'none'`
