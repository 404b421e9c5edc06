/**
 * A thread that starts who waits for its end, and then sleeps. It goes in order: whom it has started goes first, or would
 * take the end of this thread for that of the broker.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { startWarden } from './warden.ts'

const warden = startWarden(workerData as string)
// Stays until that one has gone and is seen to.
warden.ref()
warden.once('exit', () => parentPort?.close())
parentPort?.once('message', () => warden.kill('SIGKILL'))
