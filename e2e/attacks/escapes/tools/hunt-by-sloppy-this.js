// Takes the global object in every sloppy way there is.
// ends: ok
import { hostNamesOf } from '../kit.js'

export const main = async () => {
  const globals = [
    new Function('return this')(),
    (0, eval)('this'),
    new Function('return (function () { return this })()')(),
    Function.prototype.call.call(new Function('return this'), null),
    [new Function('return this')].map((f) => f())[0],
  ]
  return { escaped: globals.flatMap(hostNamesOf) }
}
