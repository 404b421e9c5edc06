// The walls as import rules. The table with the reasons is build/import-table.mjs.
import { harmlessBuiltins, harmlessPackages, machineTouching, walls } from './build/import-table.mjs'

const literal = (name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
const builtinPaths = (names) => names.map((name) => (name === '*' ? '.*' : `^(node:)?${literal(name)}(/|$)`))
const packagePaths = (names) => names.map((name) => (name === '*' ? '.*' : `node_modules/${literal(name)}/`))

const test = '\\.test\\.tsx?$|/testing/|^(e2e|bench)/'
const nameOf = (where) => where.replace(/[\\^$]/g, '').replace(/\/$/, '')

// A type is erased before anything runs: only what is left at run time counts against a room. Walls count types too.
const atRunTime = { dependencyTypesNot: ['type-only'] }
const builtin = { dependencyTypes: ['core'] }
const fromPackages = { path: 'node_modules/' }

const wallRules = walls.flatMap(({ where, project, packages, builtins, because }) => [
  {
    name: `wall ${nameOf(where)}: project`,
    comment: because,
    severity: 'error',
    from: { path: where, pathNot: test },
    to: { pathNot: [...project, 'node_modules/'], dependencyTypesNot: ['core', 'unknown'] },
  },
  ...(builtins
    ? [
        {
          name: `wall ${nameOf(where)}: builtins`,
          comment: because,
          severity: 'error',
          from: { path: where, pathNot: test },
          to: { ...builtin, pathNot: builtinPaths(builtins) },
        },
      ]
    : []),
  ...(packages
    ? [
        {
          name: `wall ${nameOf(where)}: packages`,
          comment: because,
          severity: 'error',
          from: { path: where, pathNot: test },
          to: { ...fromPackages, pathNot: packagePaths(packages) },
        },
      ]
    : []),
])

const touching = ({ name, from, builtins, packages, comment }) => [
  {
    name: `${name}: builtins`,
    comment,
    severity: 'error',
    from,
    to: { ...builtin, ...atRunTime, pathNot: builtinPaths([...harmlessBuiltins, ...builtins]) },
  },
  {
    name: `${name}: packages`,
    comment,
    severity: 'error',
    from,
    to: { ...fromPackages, ...atRunTime, pathNot: packagePaths([...harmlessPackages, ...packages]) },
  },
]

const machineRules = [
  ...touching({
    name: 'no effect outside the table',
    from: { path: '^broker/', pathNot: [test, ...machineTouching.map(({ where }) => where)] },
    builtins: [],
    packages: [],
    comment:
      'Only broker/capabilities/ acts for a tool or an agent. The few other places that touch the machine are named in build/import-table.mjs with the reason.',
  }),
  ...machineTouching.flatMap(({ where, builtins, packages, because }) =>
    touching({
      name: `only what is named: ${nameOf(where)}`,
      from: { path: where, pathNot: test },
      builtins,
      packages,
      comment: because,
    }),
  ),
]

const spineRules = [
  {
    name: 'only the gate makes permits',
    comment: 'No permit, no effect; so whoever can make one can do anything. Others see its type only.',
    severity: 'error',
    from: { path: '.', pathNot: [test, '^(e2e|bench)/', '^broker/gate/pass-call\\.ts$'] },
    to: { path: '^broker/gate/permit\\.ts$', ...atRunTime },
  },
  {
    name: 'nobody imports a main',
    comment: 'main.ts wires one process; what others need from it belongs in a room.',
    severity: 'error',
    from: { path: '.' },
    to: { path: '^(broker|sandbox|electron|cli)/main\\.ts$' },
  },
  {
    name: 'rooms meet in ports',
    comment:
      'Inside the broker, rooms see the types of each other only; make-rooms.ts hands them the real parts, and the front desk (api/) speaks for all of them. So a room can be read, tested and replaced alone.',
    severity: 'error',
    from: { path: '^broker/([^/]+)/', pathNot: [test, '^broker/api/', '/testing/'] },
    to: { path: '^broker/', pathNot: ['^broker/$1/', '^broker/disk/', '^broker/ports\\.ts$'], ...atRunTime },
  },
  {
    name: 'the disk is for those who touch it',
    comment:
      'disk/ is no room: it is how folders are gone through and removed. Only rooms that act on files for somebody have it.',
    severity: 'error',
    from: { path: '^broker/', pathNot: [test, '^broker/(capabilities|undo|disk)/', '/testing/'] },
    to: { path: '^broker/disk/', ...atRunTime },
  },
  {
    name: 'deciding is pure',
    comment: 'The clock and the world are arguments of a decision, never found by it.',
    severity: 'error',
    from: { path: '^broker/gate/decide/', pathNot: test },
    to: { ...builtin, ...atRunTime, pathNot: builtinPaths(['path', 'crypto', 'util', 'assert']) },
  },
  {
    name: 'tools stand alone',
    comment: 'A tool that we ship is a package that anyone could have written.',
    severity: 'error',
    from: { path: '^tools/([^/]+)/', pathNot: test },
    to: { pathNot: ['^tools/$1/', '^tools/[^/]+\\.d\\.ts$', 'node_modules/'] },
  },
  {
    name: 'the consent window stands apart',
    comment: 'The page that takes the answer shares the design system with the others, and nothing else.',
    severity: 'error',
    from: { path: '^renderer/consent-window/', pathNot: test },
    to: { path: '^renderer/', pathNot: ['^renderer/(consent-window|design)/'] },
  },
  {
    name: 'tests are not imported',
    comment: 'What product code needs is product code.',
    severity: 'error',
    from: { pathNot: test },
    to: { path: test },
  },
  {
    name: 'no circles',
    comment: 'Two files that need each other at run time are one file, or three.',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'imports resolve',
    comment: 'An import that the checker can not follow is an import that it can not judge.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
]
export default {
  forbidden: [...wallRules, ...machineRules, ...spineRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|release|test-results)/' },
    tsPreCompilationDeps: true,
    preserveSymlinks: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
}
