// Loaded into a worker: its wall clock is as many milliseconds off as the file FAULTS_CLOCK says, now and whenever that changes. Timers and
// the monotonic clock go on as they are, as with a clock that is set while a process runs.
import { readFileSync } from 'node:fs';

const RealDate = Date;
let offset = 0;
const look = () => {
  offset = Number(readFileSync(process.env.FAULTS_CLOCK, 'utf8'));
};
look();
setInterval(look, 20).unref();
const now = () => RealDate.now() + offset;
globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
