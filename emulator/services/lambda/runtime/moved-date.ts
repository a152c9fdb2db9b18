/** Moves the clock of this process, as far as programs read it: `Date`. Timers run as ever. */

let offsetMs = 0;
let isInstalled = false;

/** @param aheadMs how far the clock shall be ahead of this machine's; negative for behind */
export function moveDate(aheadMs: number): void {
  offsetMs = aheadMs;
  if (aheadMs !== 0 && !isInstalled) install();
}

function install(): void {
  isInstalled = true;
  const RealDate = globalThis.Date;
  const now = () => RealDate.now() + offsetMs;
  const MovedDate = new Proxy(RealDate, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  RealDate.prototype.constructor = MovedDate;
  globalThis.Date = MovedDate;
}
