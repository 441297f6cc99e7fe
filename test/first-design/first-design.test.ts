import { describe } from 'node:test'
import { deployment } from './deployment.ts'
import { endpoints } from './endpoints.ts'
import { failures } from './failures.ts'
import { limits } from './limits.ts'
import { results } from './results.ts'
import { startUp } from './start-up.ts'
import { tokens } from './tokens.ts'

// One file, so that its parts take turns on port 8000.
describe("the owner's first test plan", () => {
  startUp()
  endpoints()
  tokens()
  limits()
  failures()
  deployment()
  results()
})
